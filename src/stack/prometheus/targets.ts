import { keyOf } from '../../model/key.ts';
import type { MonitoredServiceManifest, PrometheusManifest, ScrapeTargetManifest } from '../../model/manifest-types.ts';
import type { House, RenderProblem } from '../renderer.ts';
import { memberTargets } from './members.ts';
import { instanceOf, type Target } from './target.ts';
import { readWish, type PlacedWish } from './wanted-scrape.ts';

/** All that a Prometheus scrapes, sorted by job and host. What asks wrongly is left out; its own renderer says so. */
export function targetsOf(prometheus: PrometheusManifest, house: House): readonly Target[] {
  const wishes = [
    ...house.stack.ScrapeTarget.map(wishOfTarget),
    ...house.stack.MonitoredService.flatMap((service) => wishOfService(service) ?? []),
  ];
  const asked = wishes.flatMap((wish) => {
    const { prometheus: chosen, target } = readWish(wish, house);
    return target !== undefined && chosen?.metadata.name === prometheus.metadata.name ? [target] : [];
  });
  return [...memberTargets(prometheus, house), ...asked].sort((one, other) => compare(sortKey(one), sortKey(other)));
}

/** What a ScrapeTarget asks for. */
export function wishOfTarget({ metadata: { name }, spec }: ScrapeTargetManifest): PlacedWish {
  return { resource: keyOf('ScrapeTarget', name), name, wish: spec, path: ['spec'] };
}

/** What a MonitoredService asks for; undefined when it is not scraped itself. */
export function wishOfService({ metadata: { name }, spec }: MonitoredServiceManifest): PlacedWish | undefined {
  const { scrape, container } = spec;
  if (scrape === undefined) return undefined;
  const url = spec.url === undefined || !URL.canParse(spec.url) ? undefined : new URL(spec.url);
  const host = scrape.host ?? (container === undefined ? url?.hostname : undefined);
  const port = scrape.port ?? spec.port ?? portOf(url);
  const wish = {
    ...scrape,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(container === undefined ? {} : { container }),
  };
  return { resource: keyOf('MonitoredService', name), name, wish, path: ['spec', 'scrape'] };
}

/** What is wrong with how a MonitoredService asks to be scraped. */
export function serviceScrapeProblems(service: MonitoredServiceManifest, house: House): readonly RenderProblem[] {
  const wish = wishOfService(service);
  return wish === undefined ? [] : readWish(wish, house).problems;
}

function portOf(url: URL | undefined): number | undefined {
  if (url === undefined) return undefined;
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function sortKey(target: Target): string {
  return `${target.job}\n${instanceOf(target)}\n${target.resource}`;
}

/** By code unit, so that it is the same on every machine. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
