import { parseKey } from '../../model/key.ts';
import type { Target } from './target.ts';

/**
 * The name of each target's scrape configuration, by position: its job where it is the only one of it, else with what
 * asked for it behind. They are unique, since a job holds no dot. The label `job` is written into the file of targets.
 */
export function scrapeNames(targets: readonly Pick<Target, 'job' | 'resource'>[]): readonly string[] {
  const count = new Map<string, number>();
  for (const { job } of targets) count.set(job, (count.get(job) ?? 0) + 1);
  return targets.map(({ job, resource }) => {
    if (count.get(job) === 1) return job;
    const { kind, name } = parseKey(resource) ?? { kind: '', name: resource };
    return `${job}.${kind.toLowerCase()}-${name}`;
  });
}
