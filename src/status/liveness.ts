import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';

/** An answer of a health probe: the reason is shown either way. */
export interface Probe {
  readonly ok: boolean;
  readonly reason: string;
}

/**
 * Whether the loop beats: it takes any trace event as a heartbeat. The loop relists at least once a minute, so a silence
 * of `silenceMilliseconds` (default 5 min) means that it hangs; while a step runs, silence is allowed for an hour, for
 * an image on a slow line.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #silence: number;
  readonly #lagMilliseconds: () => number;
  #lastBeat: number;
  #stepsRunning = 0;
  #synced = false;
  #engine: Probe = { ok: false, reason: 'the engine has not answered yet' };
  #desired: Probe = { ok: true, reason: '' };

  constructor(options: { clock: Clock; lagMilliseconds: () => number; silenceMilliseconds?: number }) {
    this.#clock = options.clock;
    this.#silence = options.silenceMilliseconds ?? 300_000;
    this.#lagMilliseconds = options.lagMilliseconds;
    this.#lastBeat = options.clock.now();
  }

  consume(event: TraceEvent): void {
    this.#lastBeat = this.#clock.now();
    if (event.type === 'step-started') this.#stepsRunning += 1;
    else if (event.type === 'step-finished') this.#stepsRunning = Math.max(0, this.#stepsRunning - 1);
    else if (event.type === 'engine-lost') this.#engine = { ok: false, reason: event.message };
    else if (event.type === 'engine-connected' || event.type === 'observed') this.#engine = { ok: true, reason: '' };
    else if (event.type === 'desired-failed') this.#desired = { ok: false, reason: event.message };
    else if (event.type === 'desired-loaded') this.#desired = { ok: true, reason: '' };
    else if (event.type === 'planned') this.#synced = true;
  }

  /** For `/livez`: false means that the process should be restarted. */
  live(): Probe {
    const age = this.#clock.now() - this.#lastBeat;
    const allowed = this.#stepsRunning > 0 ? Math.max(this.#silence, 3_600_000) : this.#silence;
    const lag = Math.round(this.#lagMilliseconds());
    const numbers = `last heartbeat ${Math.round(age / 1000)} s ago, event-loop lag ${lag} ms`;
    return age > allowed ? { ok: false, reason: `the loop hangs: ${numbers}` } : { ok: true, reason: numbers };
  }

  /** For `/readyz`: the desired state is read, the engine answers, and both have been compared once. */
  ready(): Probe {
    if (!this.#desired.ok) return this.#desired;
    if (!this.#engine.ok) return this.#engine;
    return this.#synced ? { ok: true, reason: 'ready' } : { ok: false, reason: 'the first comparison is not done yet' };
  }
}
