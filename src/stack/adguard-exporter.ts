import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderAdGuardExporter: Renderer<'AdGuardExporter'> = () => ({ manifests: [] });
