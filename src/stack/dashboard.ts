import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderDashboard: Renderer<'Dashboard'> = () => ({ manifests: [] });
