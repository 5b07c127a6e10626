import { clamp } from './clamp.ts';

/** Weight of the newest observation of an hour of the day. */
const WEIGHT = 0.1;
const LEAST_OBSERVATIONS = 3;
/** So many deviations more than usual are the full score. */
const FULL = 6;
const LEAST_DEVIATION = 3;

interface Hour {
  observations: number;
  mean: number;
  variance: number;
}

/** What a count of a window usually is, by hour of the day: exponentially weighted mean and variance of each. */
export class HourlyUsual {
  readonly #hours: Hour[] = Array.from({ length: 24 }, () => ({ observations: 0, mean: 0, variance: 0 }));

  /** What is usual at an hour; undefined: it was seen fewer than three times. */
  mean(hour: number): number | undefined {
    const usual = this.#hours[hour];
    return usual === undefined || usual.observations < LEAST_OBSERVATIONS ? undefined : usual.mean;
  }

  /**
   * How much more a count is than usual, 0 to 1: (count - mean) / max(deviation, sqrt(mean), 3) / 6; the count is part of
   * what is usual from then on. Undefined: what is usual is not known yet.
   */
  score(count: number, hour: number): number | undefined {
    const usual = this.#hours[hour];
    if (usual === undefined) return undefined;
    const { observations, mean, variance } = usual;
    const difference = count - mean;
    usual.observations++;
    usual.mean = observations === 0 ? count : mean + WEIGHT * difference;
    usual.variance = observations === 0 ? 0 : (1 - WEIGHT) * (variance + WEIGHT * difference * difference);
    if (observations < LEAST_OBSERVATIONS) return undefined;
    return clamp(difference / Math.max(Math.sqrt(variance), Math.sqrt(mean), LEAST_DEVIATION) / FULL);
  }
}
