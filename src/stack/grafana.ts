import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderGrafana: Renderer<'Grafana'> = () => ({ manifests: [] });
