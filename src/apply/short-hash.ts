import { createHash } from 'node:crypto';

/** A text to a name that is different for each, and short. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
