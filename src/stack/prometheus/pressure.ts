import { keyOf } from '../../model/key.ts';
import { levelOf, type Levels, type Loop } from '../../model/levels.ts';
import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { bytes, longer, shorter } from '../quantities.ts';
import type { Limits } from './target.ts';

type Spec = PrometheusManifest['spec'];

/** Disk level from which heavy targets are not scraped. */
export const PAUSE_LEVEL = 3;

/** A Prometheus as its manifest says, with what the levels of its loops put in the place of it. */
export interface Effective {
  readonly retention: string;
  readonly queries: Spec['queries'];
  readonly arePaused: boolean;
  /** Dashboards ask for less, where they have a lite variant: the first thing to go, for it costs no sample. */
  readonly areDashboardsLite: boolean;
  /** Regular expressions of metric names that are dropped after a scrape. */
  readonly drop: readonly string[];
  /** @param interval that of the target; undefined: that of the Prometheus */
  readonly interval: (interval?: string) => string;
  /** @param limits what the target says for itself */
  readonly limits: (limits?: Partial<Limits>) => Limits;
}

/** What holds for a Prometheus at the present levels of its loops. A loop that is switched off has no level. */
export function effective({ metadata, spec }: PrometheusManifest, levels: Levels): Effective {
  const key = keyOf('Prometheus', metadata.name);
  const { memory: onMemory, disk: onDisk } = spec.pressure;
  const level = (loop: Loop, { enabled, maximum }: { enabled: boolean; maximum: number }): number =>
    enabled ? Math.min(levelOf(levels, key, loop), maximum) : 0;
  const memory = level('memory', onMemory);
  const disk = level('disk', onDisk);
  return {
    retention: disk >= 2 ? shorter(spec.retention, onDisk.shortRetention) : spec.retention,
    queries: memory >= 3 ? smallerQueries(spec) : spec.queries,
    arePaused: disk >= PAUSE_LEVEL,
    areDashboardsLite: memory >= 1,
    drop: memory >= 2 ? spec.drop : [],
    interval: (interval = spec.scrapeInterval) => (memory >= 1 ? longer(interval, onMemory.scrapeInterval) : interval),
    limits: (own = {}) => {
      const limits = { ...spec.limits, ...own };
      return memory >= 2 ? { ...limits, samples: Math.min(limits.samples, onMemory.samples) } : limits;
    },
  };
}

function smallerQueries({ queries, pressure: { memory } }: Spec): Spec['queries'] {
  return {
    maxSamples: Math.min(queries.maxSamples, memory.maxSamples),
    maxConcurrency: Math.min(queries.maxConcurrency, memory.maxConcurrency),
    timeout: queries.timeout,
  };
}

/** A size as Prometheus writes it: `10m` to `10MB`. Its units are powers of 1024, too. */
export function prometheusSize(size: string): string {
  const unit = ['g', 'm', 'k'].findIndex((letter) => size.includes(letter));
  return `${Number.parseInt(size, 10)}${['GB', 'MB', 'KB'][unit] ?? 'B'}`;
}

/** Most of the memory limit, as a goal for Go's garbage collector: what is over is for what Go does not count. */
export function memoryGoal(limit: string): string {
  return `${Math.floor((bytes(limit) * 0.88) / 1024 ** 2)}MiB`;
}
