import { readWish } from './prometheus/wanted-scrape.ts';
import { wishOfTarget } from './prometheus/targets.ts';
import type { Renderer } from './renderer.ts';

/** A ScrapeTarget is nothing by itself: the Prometheus that it names scrapes it. Here is only said what is wrong with it. */
export const renderScrapeTarget: Renderer<'ScrapeTarget'> = (manifest, house) => ({
  manifests: [],
  problems: readWish(wishOfTarget(manifest), house).problems,
});
