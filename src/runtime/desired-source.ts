import type { DesiredState } from '../model/resource.ts';
import type { Clock } from './clock.ts';
import { messageOf } from './trace-bus.ts';
import type { TraceBus } from './trace-bus.ts';

/** Keeps the desired state and reads it again when told that it may have changed. */
export class DesiredSource {
  readonly #load: (previous: DesiredState | undefined) => Promise<DesiredState>;
  readonly #clock: Clock;
  readonly #trace: TraceBus;
  #current: DesiredState | undefined;
  #fingerprint = '';
  #stale = true;
  #failure: string | undefined;
  #readAt = 0;

  constructor(load: (previous: DesiredState | undefined) => Promise<DesiredState>, clock: Clock, trace: TraceBus) {
    this.#load = load;
    this.#clock = clock;
    this.#trace = trace;
  }

  /** The last one that could be read, also while it cannot be read now. */
  get last(): DesiredState | undefined {
    return this.#current;
  }

  /** Why nothing usable can be read now. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Milliseconds since the epoch of the last good reading; 0 before. */
  get readAt(): number {
    return this.#readAt;
  }

  expire(): void {
    this.#stale = true;
  }

  /** The desired state, the same object while nothing changed; undefined when nothing usable can be read. */
  async read(): Promise<DesiredState | undefined> {
    if (!this.#stale) return this.#current;
    this.#stale = false;
    const started = this.#clock.now();
    try {
      const loaded = await this.#load(this.#current);
      this.#readAt = this.#clock.now();
      this.#accept(loaded, this.#readAt - started);
      return this.#current;
    } catch (error) {
      this.#stale = true;
      const message = messageOf(error);
      if (message !== this.#failure) this.#trace.emit({ type: 'desired-failed', message });
      this.#failure = message;
      return undefined;
    }
  }

  #accept(loaded: DesiredState, milliseconds: number): void {
    const fingerprint = fingerprintOf(loaded);
    if (fingerprint === this.#fingerprint && this.#failure === undefined) {
      this.#trace.emit({ type: 'desired-confirmed' });
      return;
    }
    this.#failure = undefined;
    this.#fingerprint = fingerprint;
    this.#current = loaded;
    const { revision, resources, complete, findings } = loaded;
    this.#trace.emit({
      type: 'desired-loaded',
      revision,
      resources: resources.length,
      complete,
      findings,
      milliseconds,
    });
  }
}

/** Equal for readings between which nothing changed that anybody can see. */
function fingerprintOf(desired: DesiredState): string {
  // The hash leaves out how to treat a resource, so the rest of it counts too; a spec's text is what it costs.
  return JSON.stringify([desired, [...desired.frozen]]);
}
