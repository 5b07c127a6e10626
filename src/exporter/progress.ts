import type { Clock } from './clock.ts';
import type { Probe } from './server/server.ts';

interface Part {
  readonly required: boolean;
  /** Milliseconds since the epoch; undefined: never. */
  succeededAt: number | undefined;
  failure: string | undefined;
}

/** How the exporter's parts are doing. */
export class Progress {
  readonly #clock: Clock;
  readonly #parts = new Map<string, Part>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Names a part; readiness waits for those that are required. */
  expect(name: string, required: boolean): void {
    this.#parts.set(name, { required, succeededAt: undefined, failure: undefined });
  }

  succeeded(name: string): void {
    const part = this.#parts.get(name);
    if (part === undefined) return;
    part.succeededAt = this.#clock.now();
    part.failure = undefined;
  }

  failed(name: string, reason: string): void {
    const part = this.#parts.get(name);
    if (part !== undefined) part.failure = reason;
  }

  /** Alive as long as it answers: what is away elsewhere is no reason to be started anew. */
  live(): Probe {
    return { ok: true, reason: 'answering' };
  }

  /** Ready once every required part has worked at its last try. */
  ready(): Probe {
    const waiting = [...this.#parts].filter(
      ([, { required, succeededAt, failure }]) => required && (succeededAt === undefined || failure !== undefined),
    );
    if (waiting.length === 0) return { ok: true, reason: 'everything is read' };
    const reason = waiting.map(([name, { failure }]) => `${name}: ${failure ?? 'not done yet'}`).join('; ');
    return { ok: false, reason };
  }

  /** For the debug page. */
  status(): Record<string, { lastSuccess: string | null; failure: string | null }> {
    return Object.fromEntries(
      [...this.#parts].map(([name, { succeededAt, failure }]) => [
        name,
        {
          lastSuccess: succeededAt === undefined ? null : new Date(succeededAt).toISOString(),
          failure: failure ?? null,
        },
      ]),
    );
  }
}
