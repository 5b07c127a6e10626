import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderNodeExporter: Renderer<'NodeExporter'> = () => ({ manifests: [] });
