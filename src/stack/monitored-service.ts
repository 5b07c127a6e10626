import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderMonitoredService: Renderer<'MonitoredService'> = () => ({ manifests: [] });
