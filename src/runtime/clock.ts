/** Time and chance as parameters, so that tests own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after so many milliseconds; the result cancels it. */
  after(milliseconds: number, callback: () => void): () => void;
  /** Uniform in [0, 1). */
  random(): number;
}

/** setTimeout takes no more (a signed 32-bit number, 24.8 days): what is longer would fire at once. */
const LONGEST_TIMER = 2_147_483_647;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, callback) {
    let timer: NodeJS.Timeout | undefined;
    const arm = (left: number): void => {
      const part = Math.min(left, LONGEST_TIMER);
      timer = setTimeout(() => (left > part ? arm(left - part) : callback()), part);
    };
    arm(milliseconds);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
