/** Behind a commit when what was read is not that commit, as `git describe --dirty` has it. */
export const CHANGED = '-dirty';

/** A revision as people read it: `0123456789ab`, or `0123456789ab with changes`. */
export function revisionText(revision: string, digits = 12): string {
  const commit = revision.replace(CHANGED, '').slice(0, digits);
  return revision.endsWith(CHANGED) ? `${commit} with changes` : commit;
}
