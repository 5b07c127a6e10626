import { relative } from 'node:path';

/** A directory as the person would type it, so that `file:line:column` can be opened from where they are. */
export function shownDirectory(directory: string): string {
  const near = relative(process.cwd(), directory);
  if (near === '') return '.';
  return near.startsWith('..') ? directory : near;
}
