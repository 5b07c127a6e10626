import { readFile } from 'node:fs/promises';
import { parseGitIndex } from '../model/git-index.ts';

/**
 * Paths that a git index lists, separated by `/`; empty when there is no index yet. Undefined when it cannot be told:
 * unreadable, or not to be searched.
 *
 * @param file path of the index
 */
export async function readGitIndex(file: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const entries = parseGitIndex(await readFile(file));
    return entries === undefined ? undefined : new Set(entries.keys());
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT' ? new Set() : undefined;
  }
}
