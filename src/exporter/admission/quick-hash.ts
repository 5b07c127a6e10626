const PRIME = 16_777_619;

/** Characters at the end that are looked at. */
const LAST = 12;

/**
 * 32 bits, never 0, of a part of a text: of its length, its first two characters and its last twelve, where names differ. To
 * look at each character costs as much as a sketch; what differs elsewhere only has the same hash.
 */
export function quickHash(text: string, start: number = 0, end: number = text.length): number {
  if (end - start < 2) return start < end ? (text.charCodeAt(start) << 1) | 1 : 1;
  let hash = Math.imul((end - start) ^ text.charCodeAt(start), PRIME) ^ text.charCodeAt(start + 1);
  for (let index = Math.max(start, end - LAST); index < end; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), PRIME);
  return hash | 1;
}
