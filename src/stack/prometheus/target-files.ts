import { keyOf, type Key } from '../../model/key.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { placesOf } from './places.ts';
import { effective, type Effective } from './pressure.ts';
import { scrapeNames } from './scrape-names.ts';
import { instanceOf, type Target } from './target.ts';
import { targetsOf } from './targets.ts';

/**
 * Where the files of targets lie. It belongs to no member: what is scraped, and what scrapes, may come in any order.
 *
 * @param prometheus name of the Prometheus
 */
export function targetsDirectory(prometheus: string, house: House): RenderedManifest {
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Directory',
    metadata: { name: `${prometheus}-targets` },
    spec: { path: placesOf(prometheus, house).targets },
  };
}

/**
 * The files by which every Prometheus finds what a resource has to be scraped. They are parts of that resource: before its
 * gates are open, and before its container is there, it is not a target that is down, but none at all.
 *
 * Prometheus reads them again by itself, so that a target that moves needs no reload. A target whose name does not
 * resolve is written by its address; a paused one leaves an empty list.
 */
export function targetFiles(resource: Key, house: House): readonly RenderedManifest[] {
  return house.stack.Prometheus.flatMap((prometheus) => {
    const { name } = prometheus.metadata;
    const targets = targetsOf(prometheus, house);
    const names = scrapeNames(targets);
    const settings = effective(prometheus, house.levels);
    return targets.flatMap((target, position): RenderedManifest[] => {
      if (target.resource !== resource) return [];
      const scrape = names[position] ?? target.job;
      const isOwn = resource === keyOf('Prometheus', name);
      return [
        {
          apiVersion: 'bastion.lab/v1',
          kind: 'File',
          metadata: { name: `${name}-target-${scrape}` },
          spec: {
            path: `${placesOf(name, house).targets}/${scrape}.json`,
            content: targetFile(target, settings, house),
            ...(target.container === undefined || isOwn ? {} : { dependsOn: [keyOf('Container', target.container)] }),
          },
        },
      ];
    });
  });
}

function targetFile(target: Target, settings: Effective, house: House): string {
  const isPaused = settings.arePaused && target.isHeavy === true;
  const labels = { ...target.labels, job: target.job, instance: instanceOf(target) };
  const groups = isPaused ? [] : [{ targets: [addressOf(target, house)], labels }];
  return `${JSON.stringify(groups, undefined, 2)}\n`;
}

/** By name, which is also what the target then gets as Host; by address while the name is given up. */
function addressOf(target: Target, { levels }: House): string {
  const level = levels[target.resource]?.address;
  const isGivenUp = level !== undefined && level.level >= 1 && target.addressFallback !== false;
  const address = isGivenUp ? level.address : undefined;
  if (address === undefined) return instanceOf(target);
  return address.includes(':') ? `[${address}]:${target.port}` : `${address}:${target.port}`;
}
