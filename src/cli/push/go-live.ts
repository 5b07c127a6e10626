import { bringLive } from '../../release/bring-live.ts';
import { releasesToPrune } from '../../release/choose-release.ts';
import type { PushPlace } from './place.ts';

/**
 * Makes a commit current and removes releases that are too old. To be called with the lock held.
 *
 * @returns what could not be tidied up, in words; that hurts nobody
 * @throws ReleaseError; what is current is then as it was
 */
export async function goLive(place: PushPlace, commit: string): Promise<readonly string[]> {
  const { git, releases, clock } = place;
  const previous = await releases.current();
  await bringLive(git, releases, commit, { clock, owner: await releases.owner() });
  // So that git keeps it for as long as it may be gone back to, also when the branch was rewritten.
  const kept = await git.run(['update-ref', releaseReference(commit), commit]);
  const problems = kept.code === 0 ? [] : [`git may forget ${commit.slice(0, 12)}: ${kept.stderr}`];
  return [...problems, ...(await prune(place, [commit, ...(previous === undefined ? [] : [previous])]))];
}

/** Hidden from those who fetch and push (`transfer.hideRefs`). */
function releaseReference(commit: string): string {
  return `refs/bastion/releases/${commit}`;
}

async function prune({ git, releases, operator, settings }: PushPlace, used: readonly string[]): Promise<string[]> {
  const status = await operator.status();
  // An operator that does not answer may still read the one before.
  const read = status.type === 'answer' ? [status.value.revision ?? ''] : [];
  const inUse = new Set([...used, ...read]);
  const problems: string[] = [];
  for (const commit of releasesToPrune(await releases.list(), inUse, settings.push.keep)) {
    try {
      await releases.remove(commit);
      await git.run(['update-ref', '-d', releaseReference(commit)]);
    } catch (error) {
      problems.push(
        `the old release ${commit.slice(0, 12)} cannot be removed: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return problems;
}
