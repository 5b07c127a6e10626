import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderTraefik: Renderer<'Traefik'> = () => ({ manifests: [] });
