import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderPrometheus: Renderer<'Prometheus'> = () => ({ manifests: [] });
