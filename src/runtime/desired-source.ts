import type { Levels } from '../model/levels.ts';
import type { DesiredState } from '../model/resource.ts';
import type { Clock } from './clock.ts';
import { messageOf } from './trace-bus.ts';
import type { TraceBus } from './trace-bus.ts';

export interface DesiredSourceOptions {
  readonly load: (previous: DesiredState | undefined, levels: Levels) => Promise<DesiredState>;
  /** Where the closed loops stand: another object when one of them went further. */
  readonly levels: () => Levels;
  readonly clock: Clock;
  readonly trace: TraceBus;
}

/** Keeps the desired state and reads it again when told that it may have changed, and when a closed loop went further. */
export class DesiredSource {
  readonly #options: DesiredSourceOptions;
  #current: DesiredState | undefined;
  #fingerprint = '';
  #stale = true;
  /** What the last reading went by. */
  #levels: Levels | undefined;
  #failure: string | undefined;
  #readAt = 0;

  constructor(options: DesiredSourceOptions) {
    this.#options = options;
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
    const { clock, trace } = this.#options;
    const levels = this.#options.levels();
    if (!this.#stale && levels === this.#levels) return this.#current;
    this.#stale = false;
    this.#levels = levels;
    const started = clock.now();
    try {
      const loaded = await this.#options.load(this.#current, levels);
      this.#readAt = clock.now();
      this.#accept(loaded, this.#readAt - started);
      return this.#current;
    } catch (error) {
      this.#stale = true;
      const message = messageOf(error);
      if (message !== this.#failure) trace.emit({ type: 'desired-failed', message });
      this.#failure = message;
      return undefined;
    }
  }

  #accept(loaded: DesiredState, milliseconds: number): void {
    const fingerprint = fingerprintOf(loaded);
    if (fingerprint === this.#fingerprint && this.#failure === undefined) {
      this.#options.trace.emit({ type: 'desired-confirmed' });
      return;
    }
    this.#failure = undefined;
    this.#fingerprint = fingerprint;
    this.#current = loaded;
    const { revision, resources, complete, findings } = loaded;
    this.#options.trace.emit({
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
