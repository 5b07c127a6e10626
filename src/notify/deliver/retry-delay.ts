const FIRST_MILLISECONDS = 1_000;
const LIMIT_MILLISECONDS = 5 * 60_000;
/** Nobody may make us wait for longer. */
const LONGEST_ASKED_MILLISECONDS = 60 * 60_000;

/**
 * Milliseconds until the next try: 1 s doubling to 5 min with full jitter
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), and no sooner than the receiver asked for.
 *
 * @param failures so far, at least 1
 * @param random uniform in [0, 1)
 * @param asked of a Retry-After, milliseconds
 */
export function retryDelay(failures: number, random: number, asked = 0): number {
  const ceiling = Math.min(LIMIT_MILLISECONDS, FIRST_MILLISECONDS * 2 ** Math.min(30, failures - 1));
  return Math.max(Math.min(asked, LONGEST_ASKED_MILLISECONDS), Math.ceil(random * ceiling));
}
