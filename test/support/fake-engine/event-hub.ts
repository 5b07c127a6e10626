import { EngineError } from '../../../src/engine/errors.ts';
import type { EngineEvent } from '../../../src/engine/wire.ts';

type Item = EngineEvent | EngineError;

class Subscriber {
  readonly #items: Item[] = [];
  #wake: () => void = () => {};

  push(item: Item): void {
    this.#items.push(item);
    this.#wake();
  }

  /** The next item; undefined once the signal aborts. */
  async next(signal: AbortSignal): Promise<Item | undefined> {
    while (this.#items.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const stop = (): void => resolve();
        this.#wake = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        signal.addEventListener('abort', stop, { once: true });
      });
    }
    return signal.aborted ? undefined : this.#items.shift();
  }
}

/** Hands events to every open stream. Nothing is kept for streams that open later. */
export class EventHub {
  readonly #subscribers = new Set<Subscriber>();
  /** Events for which this holds reach nobody. */
  drops: (event: EngineEvent) => boolean = () => false;

  emit(event: EngineEvent): void {
    if (this.drops(event)) return;
    for (const subscriber of this.#subscribers) subscriber.push(structuredClone(event));
  }

  /** Ends every open stream as a stopped daemon does. */
  breakStreams(): void {
    const error = new EngineError('ENGINE_UNREACHABLE', 'GET /events', 'the stream was closed');
    for (const subscriber of this.#subscribers) subscriber.push(error);
  }

  get openStreams(): number {
    return this.#subscribers.size;
  }

  /** See `EngineReader.events`. */
  async *stream(signal: AbortSignal, connected: () => void): AsyncGenerator<EngineEvent> {
    const subscriber = new Subscriber();
    this.#subscribers.add(subscriber);
    try {
      if (!signal.aborted) connected();
      for (let item = await subscriber.next(signal); item !== undefined; item = await subscriber.next(signal)) {
        if (item instanceof EngineError) throw item;
        yield item;
      }
    } finally {
      this.#subscribers.delete(subscriber);
    }
  }
}
