import { editDistance } from '../model/edit-distance.ts';

/** The candidate that was probably meant, or undefined when none is close. */
export function suggest(text: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(text.length / 3));
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(simplify(text), simplify(candidate)) }))
    .filter((entry) => entry.distance <= limit)
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** `memLimit`, `mem-limit` and `mem_limit` are the same to somebody who types. */
function simplify(text: string): string {
  return text.slice(0, 64).toLowerCase().replace(/[_-]/g, '');
}
