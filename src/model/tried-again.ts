/** What is said of a failure that the operator mends by itself, if it can be. */
export const TRIED_AGAIN = 'will be tried again';

/** A text without that promise, for a command that ends: nothing but an operator keeps it. */
export function withoutPromise(text: string): string {
  return text.replaceAll(`, ${TRIED_AGAIN}`, '').replaceAll(` ${TRIED_AGAIN}`, '');
}
