import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import { isVersionName, LIVE_LINK } from '../certs/pair-names.ts';
import { isSettled, versionOf } from './file-version.ts';
import type { HostFiles } from './host-files.ts';
import { isCode } from './path-status.ts';

/** Which version of a Certificate's directory is live. */
export interface LiveLink {
  /** Name of the version; undefined: the link is not ours. */
  readonly version: string | undefined;
  /** Milliseconds since the epoch at which the link was made or exchanged. */
  readonly since: number;
}

interface Remembered {
  /** Undefined when the finding is not to be trusted again. */
  readonly version: string | undefined;
  readonly link: LiveLink;
}

/** Reads the links that say what is live, each again only when it was exchanged. */
export class LiveLinks {
  readonly #files: HostFiles;
  readonly #now: () => number;
  #before = new Map<string, Remembered>();
  #present = new Map<string, Remembered>();

  /** @param now milliseconds since the epoch, by the clock that file times come from */
  constructor(files: HostFiles, now: () => number) {
    this.#files = files;
    this.#now = now;
  }

  /**
   * What is live in a directory now; undefined when there is no link.
   *
   * @throws the file system's error when that cannot be known
   */
  async look(directory: string): Promise<LiveLink | undefined> {
    const path = join(directory, LIVE_LINK);
    const status = await this.#status(path);
    if (status === undefined) return undefined;
    const before = this.#present.get(directory) ?? this.#before.get(directory);
    const found = before?.version === versionOf(status) ? before : await this.#read(path, status);
    if (found !== undefined) this.#present.set(directory, found);
    return found?.link;
  }

  /** Ends one look at everything: what was not looked at in it is forgotten. */
  sweep(): void {
    this.#before = this.#present;
    this.#present = new Map();
  }

  async #read(path: string, before: BigIntStats): Promise<Remembered | undefined> {
    try {
      const target = await this.#files.readLink(path);
      // Exchanged meanwhile: then the time is too late rather than too early, and nobody counts as told of this version.
      const after = await this.#status(path);
      if (after === undefined) return undefined;
      const version = versionOf(after);
      const isKnown = version === versionOf(before) && isSettled(after, this.#now());
      return {
        version: isKnown ? version : undefined,
        link: { version: isVersionName(target) ? target : undefined, since: Number(after.ctimeMs) },
      };
    } catch (error) {
      if (isCode(error, 'ENOENT') || isCode(error, 'EINVAL')) return undefined;
      throw error;
    }
  }

  async #status(path: string): Promise<BigIntStats | undefined> {
    try {
      return await this.#files.status(path, 'keep');
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }
}
