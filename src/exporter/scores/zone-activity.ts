import { HourlyUsual } from './hourly-usual.ts';
import { clamp } from './clamp.ts';

/** Kinds of anomalies, as they are told. */
export const ANOMALIES = [
  'query_surge',
  'block_surge',
  'new_client',
  'silent_zone',
  'upstream_degraded',
  'http_error_surge',
] as const;

export type Anomaly = (typeof ANOMALIES)[number];

/** Fewer events than this say nothing of a share. */
const LEAST = 20;
/** A zone that usually asks less than this is no silent one. */
const LEAST_USUAL = 10;
/** This share of failures, and this much more time than usual, are the full score. */
const FULL_SHARE = 0.25;
const FULL_SLOWNESS = 4;
const WEIGHT = 0.1;
const LEAST_OBSERVATIONS = 3;
/** So many windows, an hour, a client counts as new: it must outlast the two that hysteresis asks for. */
const NEW_FOR = 4;

/** What one zone does in a window, beside what it usually does. */
export class ZoneActivity {
  readonly #usualQueries = new HourlyUsual();
  readonly #usualBlocked = new HourlyUsual();
  #queries = 0;
  #blocked = 0;
  #asked = 0;
  #unanswered = 0;
  #seconds = 0;
  #requests = 0;
  #errors = 0;
  #newFor = 0;
  #slow = { observations: 0, mean: 0 };

  /** Counts a query. */
  query(blocked: boolean): void {
    this.#queries++;
    if (blocked) this.#blocked++;
  }

  /** Counts a query that an upstream was asked for, and whether it failed. */
  upstream(seconds: number, failed: boolean): void {
    this.#asked++;
    this.#seconds += seconds;
    if (failed) this.#unanswered++;
  }

  /** Counts an HTTP request; an error is a status of 5xx. */
  request(error: boolean): void {
    this.#requests++;
    if (error) this.#errors++;
  }

  /** A client came that was not there in the last days. */
  newClient(): void {
    this.#newFor = NEW_FOR;
  }

  get queries(): number {
    return this.#queries;
  }

  /**
   * Ends the window; scores from 0 to 1 by anomaly, without those of which nothing can be said. `hour` is the hour of the
   * day that the window belongs to; `heard`: the log could be read, so that silence is the zone's.
   */
  close(hour: number, heard: boolean): Map<Anomaly, number> {
    const scores = new Map<Anomaly, number>();
    const tell = (anomaly: Anomaly, score: number | undefined): void => {
      if (score !== undefined) scores.set(anomaly, score);
    };
    if (heard) {
      tell('silent_zone', this.#silence(this.#usualQueries.mean(hour)));
      tell('query_surge', this.#usualQueries.score(this.#queries, hour));
      tell('block_surge', this.#usualBlocked.score(this.#blocked, hour));
    }
    tell('new_client', this.#newFor > 0 ? 1 : 0);
    tell('upstream_degraded', this.#degradation());
    tell('http_error_surge', this.#requests < LEAST ? undefined : clamp(this.#errors / this.#requests / FULL_SHARE));
    if (this.#newFor > 0) this.#newFor--;
    this.#queries = this.#blocked = this.#asked = this.#unanswered = this.#seconds = 0;
    this.#requests = this.#errors = 0;
    return scores;
  }

  #silence(usual: number | undefined): number | undefined {
    return usual === undefined || usual < LEAST_USUAL ? undefined : clamp(1 - this.#queries / usual);
  }

  #degradation(): number | undefined {
    if (this.#asked < LEAST) return undefined;
    const mean = this.#seconds / this.#asked;
    const { observations, mean: usual } = this.#slow;
    const slowness = observations < LEAST_OBSERVATIONS || usual <= 0 ? 0 : (mean / usual - 1) / FULL_SLOWNESS;
    this.#slow = {
      observations: observations + 1,
      mean: observations === 0 ? mean : usual + WEIGHT * (mean - usual),
    };
    return clamp(Math.max(slowness, this.#unanswered / this.#asked / FULL_SHARE));
  }
}
