import { dirname } from 'node:path';

/** Directories above a path, outermost first, without the root itself. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let directory = dirname(path); directory !== dirname(directory); directory = dirname(directory))
    parents.unshift(directory);
  return parents;
}
