import { editDistance } from '../model/edit-distance.ts';

/** The candidate that was probably meant: one that begins alike, else the one with the fewest edits; or none. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const prefixed = candidates.filter((candidate) => word.length >= 2 && candidate.startsWith(word));
  if (prefixed.length > 0) return prefixed[0];
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.floor((word.length + 1) / 2.5))
    ? best.candidate
    : undefined;
}
