import type { Clock } from '../runtime/clock.ts';
import { checkOut, readObjects } from './checkout.ts';
import { describeCommit } from './describe-commit.ts';
import type { Owner } from './durable.ts';
import type { Git } from './git.ts';
import type { Releases } from './releases.ts';
import { TREE_LIMITS } from './refuse-tree.ts';
import { parseTree, treeArguments, type TreeEntry } from './tree.ts';

/** A commit's entries, and the targets of its symlinks by path. */
export interface CommitTree {
  readonly entries: readonly TreeEntry[];
  readonly links: ReadonlyMap<string, string>;
}

/** Larger than any path may be (PATH_MAX of Linux): such a symlink is refused for what it is. */
const LONGEST_TARGET = 4096;

/** Bytes of a listing: as many entries as are taken, with paths of 700 characters each. */
const LONGEST_LISTING = 16 << 20;

/**
 * Lists a commit and writes nothing.
 *
 * @throws ReleaseError TOO_LARGE before it is listed to the end: a tree that names one subtree often, and so on for a few
 * levels, is small in git and has more files than a host has memory
 */
export async function readTree(git: Git, commit: string): Promise<CommitTree> {
  const tooLarge = `it has more than ${TREE_LIMITS.entries} files, or far too long names: keep what is not desired state elsewhere`;
  const listing = await git.bytes(treeArguments(commit), {
    limits: { bytes: LONGEST_LISTING, records: TREE_LIMITS.entries, tooLarge },
  });
  const entries = parseTree(listing);
  const symlinks = entries.filter(({ kind, size }) => kind === 'symlink' && size <= LONGEST_TARGET);
  const contents = await readObjects(
    git,
    symlinks.map(({ object }) => object),
  );
  const links = new Map(symlinks.map(({ path, object }) => [path, contents.get(object)?.toString('utf8') ?? '']));
  return { entries, links };
}

/**
 * Makes a commit the current release: laid out unless it is already, noted, switched to. A kill between any two of the
 * steps leaves the release that was current, or this one, whole; to be called with the lock held.
 *
 * @throws ReleaseError; what is current is then as it was
 */
export async function bringLive(
  git: Git,
  releases: Releases,
  commit: string,
  { clock, owner }: { readonly clock: Clock; readonly owner: Owner },
): Promise<void> {
  if (!(await releases.has(commit))) {
    if (!(await releases.hasCandidate(commit)))
      await checkOut(git, (await readTree(git, commit)).entries, releases.candidate(commit), owner);
    await releases.promote(commit);
  }
  const previous = await releases.current();
  const deployedAt = new Date(clock.now()).toISOString();
  const facts = await describeCommit(git, commit);
  if (previous !== commit)
    await releases.note({ ...facts, deployedAt, ...(previous === undefined ? {} : { previous }) }, owner);
  await releases.switchTo(commit);
}
