import type { House } from '../renderer.ts';

/** What a service is called in the network graph. */
export interface NodeTitle {
  readonly service: string;
  readonly title: string;
}

/** What the exporter takes. */
const MOST_TITLES = 150;
const LONGEST = 63;

/** Titles that people gave their services, in the order of the services; those without one are called by their name. */
export function nodeTitles({ stack }: Pick<House, 'stack'>): readonly NodeTitle[] {
  return stack.MonitoredService.flatMap(({ metadata, spec }): NodeTitle[] => {
    const title = spec.graph.title?.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim() ?? '';
    return title === '' ? [] : [{ service: metadata.name.slice(0, LONGEST), title: title.slice(0, LONGEST) }];
  }).slice(0, MOST_TITLES);
}
