import type { EngineReader } from '../engine/port.ts';
import type { EngineEvent } from '../engine/wire.ts';
import type { Clock } from './clock.ts';

const FIRST_MILLISECONDS = 100;
const LIMIT_MILLISECONDS = 5_000;

export interface EngineStreamListeners {
  /** The stream is open: whatever happened before must be found by a relist. */
  connected(): void;
  event(event: EngineEvent): void;
  /** The stream ended; it is being opened again. */
  ended(reason: unknown): void;
}

/** Actions that change nothing which a plan looks at; health checks alone make three of them every few seconds. */
const IRRELEVANT =
  /^(exec_(create|start|detach|die)|attach|detach|top|resize|commit|copy|export|archive-path|extract-to-dir|mount|unmount|push|save)\b/;

/** Keeps an event stream open for ever, with 0.1 to 5 s and jitter between attempts. */
export class EngineStream {
  readonly #events: EngineReader['events'];
  readonly #clock: Clock;
  readonly #listeners: EngineStreamListeners;
  #closed = false;
  #attempt = new AbortController();
  #wake: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(events: EngineReader['events'], clock: Clock, listeners: EngineStreamListeners) {
    this.#events = events;
    this.#clock = clock;
    this.#listeners = listeners;
  }

  open(): void {
    this.#loop ??= this.#run();
  }

  /** Drops a stream that is open but does not tell everything, and opens another. */
  restart(): void {
    this.#attempt.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#attempt.abort();
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    let failures = 0;
    for (;;) {
      if (this.#closed) return;
      this.#attempt = new AbortController();
      let reason: unknown = 'the stream ended';
      try {
        const stream = this.#events(this.#attempt.signal, () => {
          failures = 0;
          this.#listeners.connected();
        });
        for await (const event of stream) {
          if (!IRRELEVANT.test(event.Action)) this.#listeners.event(event);
        }
      } catch (error) {
        reason = error;
      }
      if (this.#closed) return;
      this.#listeners.ended(reason);
      failures += 1;
      await this.#wait(reconnectDelay(failures, this.#clock.random()));
    }
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

/** 0.1 s doubling to 5 s; the random half keeps two clients apart. */
export function reconnectDelay(failures: number, random: number): number {
  const ceiling = Math.min(LIMIT_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.max(0, failures - 1));
  return Math.ceil(ceiling * (0.5 + random / 2));
}
