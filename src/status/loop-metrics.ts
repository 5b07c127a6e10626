import { Counter, Gauge, type Registry } from 'prom-client';
import type { Key } from '../model/key.ts';
import type { LoopsStatus } from '../model/loops-status.ts';
import type { ObservedService, ObservedTarget, Reading } from '../model/observed-services.ts';
import type { TraceEvent } from '../model/trace.ts';

const HEALTHS = ['up', 'down', 'unknown', 'missing'] as const satisfies readonly ObservedTarget['health'][];
const NOTHING: LoopsStatus = { services: [], levels: [], remediations: [] };

/**
 * Metrics of the services of the stack and of the closed loops around them, fed by trace events alone. Every series of a
 * resource that is wanted exists from the first scrape after it was seen, and goes with the resource.
 */
export class LoopMetrics {
  #seen: LoopsStatus = NOTHING;
  #shown: LoopsStatus = NOTHING;
  readonly #found = new Map<Key, ObservedService>();
  #isFresh = true;

  readonly #up: Gauge;
  readonly #targets: Gauge;
  readonly #used: Gauge;
  readonly #level: Gauge;
  readonly #remediations: Counter;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#up = new Gauge({
      name: 'bastion_service_up',
      help: 'Whether a service of the stack answered the operator when it was asked last: 1 or 0; NaN before the first time.',
      labelNames: ['resource'],
      registers,
    });
    this.#targets = new Gauge({
      name: 'bastion_scrape_targets',
      help: 'Targets of a Prometheus by health, as it told last; missing: wanted, and not among its targets.',
      labelNames: ['resource', 'health'],
      registers,
    });
    this.#used = new Gauge({
      name: 'bastion_pressure_used_ratio',
      help: 'Share in use that a closed loop goes by, as measured last; NaN when it was not measured.',
      labelNames: ['resource', 'loop'],
      registers,
    });
    this.#level = new Gauge({
      name: 'bastion_pressure_level',
      help: 'Level at which a closed loop stands; 0: as the manifest says.',
      labelNames: ['resource', 'loop'],
      registers,
    });
    this.#remediations = new Counter({
      name: 'bastion_remediations_total',
      help: 'Restarts of containers because their scrape failed.',
      labelNames: ['resource'],
      registers,
    });
  }

  consume(event: TraceEvent): void {
    if (event.type === 'loops-seen') this.#seen = event.loops;
    else if (event.type === 'service-checked') this.#found.set(event.key, event.found);
    else {
      if (event.type === 'step-finished') this.#count(event);
      return;
    }
    this.#isFresh = false;
  }

  /** Brings the gauges up to date; called before they are read, so that a pass which nobody scrapes costs nothing. */
  refresh(): void {
    if (this.#isFresh) return;
    this.#isFresh = true;
    this.#forgetShown();
    this.#shown = this.#seen;
    const wanted = new Set(this.#seen.services.map(({ key }) => key));
    for (const key of this.#found.keys()) if (!wanted.has(key)) this.#found.delete(key);
    for (const { key, type } of this.#seen.services) this.#showService(key, type);
    for (const { key, loop, level } of this.#seen.levels) this.#level.set({ resource: key, loop }, level);
    for (const { key } of this.#seen.remediations) this.#remediations.inc({ resource: key }, 0);
  }

  #count({ step, outcome }: Extract<TraceEvent, { type: 'step-finished' }>): void {
    if (step.op === 'RecordRemediation' && step.args.restarts > 0 && outcome.type === 'done')
      this.#remediations.inc({ resource: step.target });
  }

  #showService(key: Key, type: ObservedService['type']): void {
    const found = this.#found.get(key);
    this.#up.set({ resource: key }, found === undefined ? NaN : Number(found.failure === undefined));
    if (type !== 'prometheus') return;
    const prometheus = found?.type === 'prometheus' ? found : undefined;
    const targets = prometheus?.answer?.targets ?? [];
    for (const health of HEALTHS)
      this.#targets.set({ resource: key, health }, targets.filter((target) => target.health === health).length);
    this.#used.set({ resource: key, loop: 'memory' }, lastOf(prometheus?.memoryReadings));
    this.#used.set({ resource: key, loop: 'disk' }, lastOf(prometheus?.diskReadings));
  }

  /** Gauges are shown anew each time; of counters only those go whose resource is gone. */
  #forgetShown(): void {
    this.#up.reset();
    this.#targets.reset();
    this.#used.reset();
    this.#level.reset();
    const still = new Set(this.#seen.remediations.map(({ key }) => key));
    for (const { key } of this.#shown.remediations) if (!still.has(key)) this.#remediations.remove({ resource: key });
  }
}

function lastOf(readings: readonly Reading[] | undefined): number {
  return readings?.at(-1)?.ratio ?? NaN;
}
