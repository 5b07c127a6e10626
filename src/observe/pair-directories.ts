import { join } from 'node:path';
import { isVersionName, LIVE_LINK, PAIR_NAMES, PENDING } from '../certs/pair-names.ts';
import type { ObservedPath } from '../model/observed.ts';
import { isSettled, versionOf } from './file-version.ts';
import type { HostFiles } from './host-files.ts';
import { LiveLinks, type LiveLink } from './live-links.ts';
import { isCode, MISSING_PATH, pathStatus, pathWithout } from './path-status.ts';

/** A Certificate's directory, without what is in its versions. */
export interface PairDirectory {
  readonly path: ObservedPath;
  /** Names of all versions, sorted. */
  readonly versions: readonly string[];
  /** Whether all three stable names lead to whatever is live. */
  readonly isLinked: boolean;
  readonly hasPending: boolean;
}

interface Remembered {
  /** Undefined when the finding is not to be trusted again. */
  readonly version: string | undefined;
  readonly directory: PairDirectory;
}

/** Lists Certificates' directories, each again only when a name in it changed. */
export class PairDirectories {
  readonly #files: HostFiles;
  readonly #now: () => number;
  readonly #links: LiveLinks;
  #before = new Map<string, Remembered>();
  #present = new Map<string, Remembered>();

  /** @param now milliseconds since the epoch, by the clock that file times come from */
  constructor(files: HostFiles, now: () => number) {
    this.#files = files;
    this.#now = now;
    this.#links = new LiveLinks(files, now);
  }

  /** What is there now. Never rejects: what cannot be listed has no versions. */
  async look(path: string): Promise<PairDirectory> {
    const found = await this.#fresh(path, this.#before.get(path));
    this.#present.set(path, found);
    return found.directory;
  }

  /**
   * What is live in a directory now; undefined when there is no link.
   *
   * @throws the file system's error when that cannot be known
   */
  live(path: string): Promise<LiveLink | undefined> {
    return this.#links.look(path);
  }

  /** Ends one look at everything: what was not looked at in it is forgotten. */
  sweep(): void {
    this.#before = this.#present;
    this.#present = new Map();
    this.#links.sweep();
  }

  async #fresh(path: string, before: Remembered | undefined): Promise<Remembered> {
    const empty = { versions: [], isLinked: false, hasPending: false };
    let observed: ObservedPath;
    let version: string;
    let settled: boolean;
    try {
      const status = await this.#files.status(path, 'keep');
      if (status === undefined) return { version: undefined, directory: { path: MISSING_PATH, ...empty } };
      version = versionOf(status);
      if (before?.version === version) return before;
      observed = pathStatus(status);
      settled = isSettled(status, this.#now());
    } catch (error) {
      return { version: undefined, directory: { path: pathWithout(error), ...empty } };
    }
    if (observed.type !== 'directory') return { version: undefined, directory: { path: observed, ...empty } };
    try {
      const names = await this.#files.list(path);
      const targets = await Promise.all(PAIR_NAMES.map((name) => this.#target(join(path, name))));
      const directory: PairDirectory = {
        path: observed,
        versions: names.filter(isVersionName).sort(),
        isLinked: PAIR_NAMES.every((name, index) => targets[index] === join(LIVE_LINK, name)),
        hasPending: names.includes(PENDING),
      };
      return { version: settled ? version : undefined, directory };
    } catch {
      return { version: undefined, directory: { path: observed, ...empty } };
    }
  }

  /** Where a symlink leads; undefined when there is none. */
  async #target(path: string): Promise<string | undefined> {
    try {
      return await this.#files.readLink(path);
    } catch (error) {
      if (isCode(error, 'ENOENT') || isCode(error, 'EINVAL')) return undefined;
      throw error;
    }
  }
}
