import type { Clock } from './clock.ts';

/** How long whoever reads waits at a time, in milliseconds: many who come one after the other must not stop it. */
const PATIENCE = 100;
/** Whoever is served for longer than that, in milliseconds, is not waited for any more. */
const LONGEST = 1000;

/** Resolves when nobody is served, or after 100 ms; undefined: nobody is. To be asked between two pieces of reading. */
export type GiveWay = () => Promise<void> | undefined;

/**
 * Lets what is served go before what is read: a scrape takes several turns of the event loop (its handshake alone), and
 * reading a long log would come in at each of them.
 */
export class RightOfWay {
  readonly #clock: Clock;
  #served = 0;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Somebody begins to be served. To be called when that has ended; twice is once. */
  begin(): () => void {
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      cancel();
      this.#served--;
      if (this.#served === 0) for (const go of [...this.#waiting]) go();
    };
    const cancel = this.#clock.after(LONGEST, end);
    this.#served++;
    return end;
  }

  readonly giveWay: GiveWay = () => {
    if (this.#served === 0) return undefined;
    return new Promise((resolve) => {
      const go = (): void => {
        cancel();
        this.#waiting.delete(go);
        resolve();
      };
      const cancel = this.#clock.after(PATIENCE, go);
      this.#waiting.add(go);
    });
  };
}
