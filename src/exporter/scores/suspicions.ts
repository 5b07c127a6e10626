import type { Scores } from './client-activity.ts';

/** From this score on something is listed, and from the next on the log tells it. */
const LISTED = 0.5;
const TOLD = 0.8;
/** Lines of the log that one window may make, and how long the same is not told again. */
const MOST_LINES = 5;
const AGAIN_AFTER = 6 * 3_600_000;

/** A pattern that a client looked like in a window. */
export interface Suspicion {
  readonly client: string;
  readonly pattern: string;
  readonly score: number;
  /** The first few names that it is due to. */
  readonly names: readonly string[];
}

/** Told of a suspicion, and of how many more of the same window are only listed. */
export type OnSuspicion = (suspicion: Suspicion, notTold: number) => void;

/** Lists what looked suspicious in the last window, and says it, not often: a heuristic must not fill a log. */
export class Suspicions {
  readonly #onSuspicion: OnSuspicion;
  #listed: Suspicion[] = [];
  #toldUntil = new Map<string, number>();

  constructor(onSuspicion: OnSuspicion) {
    this.#onSuspicion = onSuspicion;
  }

  /** Those of the last window, strongest first: at most one of each pattern for each told client. */
  get listed(): readonly Suspicion[] {
    return this.#listed;
  }

  /** Takes the scores of all clients in a window that ended. */
  take(clients: Iterable<readonly [client: string, scores: Scores]>, now: number): void {
    this.#listed = [...clients]
      .flatMap(([client, { patterns, names }]) =>
        [...patterns].map(([pattern, score]) => ({ client, pattern, score, names: names.get(pattern) ?? [] })),
      )
      .filter(({ score }) => score >= LISTED)
      .sort((a, b) => b.score - a.score);
    for (const [key, until] of this.#toldUntil)
      if (until <= now || until > now + AGAIN_AFTER) this.#toldUntil.delete(key);
    const news = this.#listed.filter((one) => one.score >= TOLD && !this.#toldUntil.has(keyOf(one)));
    const told = news.slice(0, MOST_LINES);
    told.forEach((suspicion, index) => {
      this.#toldUntil.set(keyOf(suspicion), now + AGAIN_AFTER);
      this.#onSuspicion(suspicion, index === told.length - 1 ? news.length - told.length : 0);
    });
  }

  /** Forgets a client that lost its label. */
  forget(client: string): void {
    this.#listed = this.#listed.filter((one) => one.client !== client);
  }
}

function keyOf({ client, pattern }: Suspicion): string {
  return `${client} ${pattern}`;
}
