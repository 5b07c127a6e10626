import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from './clock.ts';

type Untimed<E> = E extends TraceEvent ? Omit<E, 'at'> : never;
/** An event whose time the bus adds. */
export type UntimedTraceEvent = Untimed<TraceEvent>;

/** Hands every event to every listener. A listener that throws hurts neither the loop nor the other listeners. */
export class TraceBus {
  readonly #clock: Clock;
  readonly #listeners = new Set<(event: TraceEvent) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The result takes the listener off again. */
  on(listener: (event: TraceEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(event: UntimedTraceEvent): void {
    this.forward({ at: this.#clock.now(), ...event });
  }

  /** An event that has its time already. */
  forward(event: TraceEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        if (event.type !== 'fault')
          this.emit({ type: 'fault', where: `listener of ${event.type}`, message: messageOf(error) });
      }
    }
  }
}

/** What was thrown, as a sentence. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
