import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';

/** An answer of a health probe: the reason is shown either way. */
export interface Probe {
  readonly ok: boolean;
  readonly reason: string;
}

/** What the controller says of itself. */
export interface Pulse {
  /** Milliseconds since the epoch at which the loop was last known not to hang. */
  heartbeat(): number;
  /** Milliseconds by which the event loop was late of late. */
  eventLoopLag(): number;
}

/** A pass never waits for a step, so even a slow engine's deadlines end one within minutes. */
const SILENCE_MILLISECONDS = 300_000;

/** Whether the loop beats, and whether desired state and engine have been compared. */
export class Liveness {
  readonly #clock: Clock;
  readonly #pulse: Pulse;
  #synced = false;
  #engine: Probe = { ok: false, reason: 'the engine has not answered yet' };
  #desired: Probe = { ok: true, reason: '' };

  constructor(clock: Clock, pulse: Pulse) {
    this.#clock = clock;
    this.#pulse = pulse;
  }

  consume(event: TraceEvent): void {
    if (event.type === 'engine-lost') this.#engine = { ok: false, reason: event.message };
    else if (event.type === 'engine-connected' || event.type === 'observed') this.#engine = { ok: true, reason: '' };
    else if (event.type === 'desired-failed') this.#desired = { ok: false, reason: event.message };
    else if (event.type === 'desired-loaded') this.#desired = { ok: true, reason: '' };
    else if (event.type === 'planned') {
      this.#synced = true;
      // A directory that comes back as it was is not told again; a plan means that it was read.
      this.#desired = { ok: true, reason: '' };
    }
  }

  /** Whether the loop's heartbeat is fresh; unlike `live` it does not begin a new measurement of the event loop. */
  beats(): boolean {
    return this.#age() <= SILENCE_MILLISECONDS;
  }

  /** For `/livez`: false means that the process should be restarted. */
  live(): Probe {
    const age = this.#age();
    const lag = Math.round(this.#pulse.eventLoopLag());
    const numbers = `last heartbeat ${Math.round(age / 1000)} s ago, event-loop lag ${lag} ms`;
    return age > SILENCE_MILLISECONDS
      ? { ok: false, reason: `the loop hangs: ${numbers}` }
      : { ok: true, reason: numbers };
  }

  #age(): number {
    return Math.max(0, this.#clock.now() - this.#pulse.heartbeat());
  }

  /** For `/readyz`: the desired state is read, the engine answers, and both have been compared once. */
  ready(): Probe {
    if (!this.#desired.ok) return this.#desired;
    if (!this.#engine.ok) return this.#engine;
    return this.#synced ? { ok: true, reason: 'ready' } : { ok: false, reason: 'the first comparison is not done yet' };
  }
}
