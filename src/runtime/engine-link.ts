import { isEngineError } from '../engine/errors.ts';
import { ENGINE_NOT_ASKED } from '../model/status.ts';
import { reconnectDelay } from './engine-stream.ts';
import type { TraceBus } from './trace-bus.ts';
import { messageOf } from './trace-bus.ts';

/** Whether the engine answers, said once per change; only an observation decides. */
export class EngineLink {
  readonly #trace: TraceBus;
  #state: 'unknown' | 'up' | 'down' = 'unknown';
  #failures = 0;
  #message = ENGINE_NOT_ASKED;
  #version = '';

  constructor(trace: TraceBus) {
    this.#trace = trace;
  }

  get status(): { readonly reachable: boolean; readonly version: string; readonly message: string } {
    return { reachable: this.#state === 'up', version: this.#version, message: this.#message };
  }

  /** Version that answered last; empty before. */
  get version(): string {
    return this.#version;
  }

  up(version: string): void {
    this.#version = version;
    this.#failures = 0;
    this.#message = '';
    if (this.#state !== 'up') this.#trace.emit({ type: 'engine-connected' });
    this.#state = 'up';
  }

  /** @returns milliseconds after which to ask again. @throws what is not the engine's error */
  down(error: unknown, random: number): number {
    if (!isEngineError(error)) throw error;
    this.#message = messageOf(error);
    if (this.#state !== 'down') this.#trace.emit({ type: 'engine-lost', message: this.#message });
    this.#state = 'down';
    this.#failures += 1;
    return reconnectDelay(this.#failures, random);
  }
}
