import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderNetworkZone: Renderer<'NetworkZone'> = () => ({ manifests: [] });
