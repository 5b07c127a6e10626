import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * The path with the symlinks of its longest existing part resolved.
 *
 * @param known answers to use again and to add to, for those who ask about many paths at one time
 */
export function resolveExisting(path: string, known = new Map<string, string>()): string {
  const answer = known.get(path) ?? resolve(path, known);
  known.set(path, answer);
  return answer;
}

function resolve(path: string, known: Map<string, string>): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolveExisting(parent, known), basename(path));
  }
}
