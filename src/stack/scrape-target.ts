import type { Renderer } from './renderer.ts';

/** To be written. */
export const renderScrapeTarget: Renderer<'ScrapeTarget'> = () => ({ manifests: [] });
