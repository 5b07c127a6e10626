import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Release } from './choose-release.ts';
import { replaceFile, syncDirectory, type Owner } from './durable.ts';
import { releaseFailure } from './errors.ts';
import { isCommit, parseRecord, recordText, type ReleaseRecord } from './record.ts';

/** What pushes left unfinished is cleared after so long: somebody's push may still be between its two hooks. */
const STALE_MILLISECONDS = 600_000;

/**
 * The directory of releases and the link to the current one. INVARIANTS: `releases/<commit>` is that commit's tree whole,
 * since it only ever comes and goes by a rename; `current` always leads to a release, since it is exchanged by a rename.
 * Whoever changes something holds the lock (`lockReleases`).
 */
export class Releases {
  readonly directory: string;
  /** The link. */
  readonly currentLink: string;
  readonly incoming: string;

  constructor(directory: string) {
    this.directory = directory;
    this.currentLink = join(dirname(directory), 'current');
    this.incoming = join(directory, 'incoming');
  }

  path(commit: string): string {
    return join(this.directory, commit);
  }

  /** Where a commit lies before it is a release. */
  candidate(commit: string): string {
    return join(this.incoming, commit);
  }

  /** All that are there, in no particular order. */
  async list(): Promise<Release[]> {
    const names = await readdir(this.directory);
    return Promise.all(
      names.filter(isCommit).map(async (commit) => {
        const text = await readFile(this.#recordPath(commit), 'utf8').catch(() => '');
        return { commit, record: parseRecord(text, commit) };
      }),
    );
  }

  /** Commit of the current release; undefined: there is none yet. */
  async current(): Promise<string | undefined> {
    const target = await readlink(this.currentLink).catch(() => '');
    return isCommit(basename(target)) ? basename(target) : undefined;
  }

  /** Whose the releases are to be, when somebody else (root) makes one; undefined: the process's own. */
  async owner(): Promise<Owner> {
    const { uid, gid } = await stat(this.directory);
    return process.geteuid?.() === 0 && uid !== 0 ? { uid, gid } : undefined;
  }

  async has(commit: string): Promise<boolean> {
    return isThere(this.path(commit));
  }

  async hasCandidate(commit: string): Promise<boolean> {
    return isThere(this.candidate(commit));
  }

  /** Clears what earlier pushes left behind, a killed one included. */
  async clean(now: number): Promise<void> {
    await mkdir(this.incoming, { recursive: true });
    for (const name of await readdir(this.incoming)) {
      const path = join(this.incoming, name);
      const age = now - ((await stat(path).catch(() => undefined))?.mtimeMs ?? 0);
      if (!isCommit(name) || age > STALE_MILLISECONDS) await rm(path, { recursive: true, force: true });
    }
  }

  /** Takes a candidate away that was refused. */
  async discard(commit: string): Promise<void> {
    await rm(this.candidate(commit), { recursive: true, force: true });
  }

  /** A candidate becomes a release that is not live yet. */
  async promote(commit: string): Promise<void> {
    await rename(this.candidate(commit), this.path(commit));
    await syncDirectory(this.directory);
  }

  /** @throws ReleaseError DISK_FULL */
  async note(record: ReleaseRecord, owner: Owner): Promise<void> {
    try {
      await replaceFile(this.#recordPath(record.commit), recordText(record), 0o644, owner);
    } catch (error) {
      throw releaseFailure(error, this.directory);
    }
  }

  /** Makes a release the current one, in one step. @throws ReleaseError DISK_FULL */
  async switchTo(commit: string): Promise<void> {
    const candidate = `${this.currentLink}.new`;
    try {
      await rm(candidate, { force: true });
      await symlink(join(basename(this.directory), commit), candidate);
      await rename(candidate, this.currentLink);
      await syncDirectory(dirname(this.currentLink));
    } catch (error) {
      throw releaseFailure(error, dirname(this.currentLink));
    }
  }

  /** Removes a release. A kill between two of its steps leaves it whole or gone, and the rest to `clean`. */
  async remove(commit: string): Promise<void> {
    const gone = `${this.candidate(commit)}.gone`;
    await rm(gone, { recursive: true, force: true });
    await rename(this.path(commit), gone);
    await rm(this.#recordPath(commit), { force: true });
    await rm(gone, { recursive: true, force: true });
  }

  #recordPath(commit: string): string {
    return `${this.path(commit)}.json`;
  }
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
