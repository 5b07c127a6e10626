import { join } from 'node:path';
import type { Key } from '../model/key.ts';
import type { DesiredState } from '../model/resource.ts';
import { SENTINEL_LIMIT, SENTINEL_NAME, sentinelId, type ObservedSentinel } from '../model/sentinel.ts';
import { readErrorText } from '../model/read-error-text.ts';
import { isSettled, versionOf } from './file-version.ts';
import { realHostFiles, type HostFiles } from './host-files.ts';
import { same, sameRecord } from './same.ts';

interface Known {
  readonly version: string;
  readonly id: string | undefined;
}

/** Looks at the sentinels of Directories; each is read again only when its file changed. */
export class SentinelObserver {
  readonly #files: HostFiles;
  readonly #now: () => number;
  #known = new Map<string, Known>();
  #last: Readonly<Record<Key, ObservedSentinel>> = {};

  /** @param now milliseconds since the epoch, by the clock that file times come from */
  constructor(now: () => number, files: HostFiles = realHostFiles) {
    this.#now = now;
    this.#files = files;
  }

  /** By the key of every Directory that shall have one; what did not change is the same object. Never rejects. */
  async observe(desired: DesiredState): Promise<Readonly<Record<Key, ObservedSentinel>>> {
    const wanted = desired.resources.filter((resource) => resource.kind === 'Directory');
    const known = new Map<string, Known>();
    const found: Record<Key, ObservedSentinel> = {};
    for (const { key, spec } of wanted) {
      if (spec.sentinel !== true) continue;
      found[key] = same(this.#last[key], await this.#look(spec.path, known));
    }
    this.#known = known;
    this.#last = sameRecord(this.#last, found);
    return this.#last;
  }

  async #look(directory: string, known: Map<string, Known>): Promise<ObservedSentinel> {
    const path = join(directory, SENTINEL_NAME);
    try {
      const around = await this.#files.status(directory, 'keep');
      if (around?.isDirectory() !== true) return { state: 'missing' };
      const inode = `${around.dev}:${around.ino}`;
      const status = await this.#files.status(path, 'keep');
      if (status === undefined) return { state: 'missing', inode };
      const version = versionOf(status);
      const before = this.#known.get(path);
      const id = before?.version === version ? before.id : await this.#read(path);
      if (isSettled(status, this.#now())) known.set(path, { version, id });
      return id === undefined
        ? { state: 'unreadable', error: `${path} is there, but not as bastion writes it` }
        : { state: 'present', id, inode };
    } catch (error) {
      return { state: 'unreadable', error: readErrorText(error) };
    }
  }

  async #read(path: string): Promise<string | undefined> {
    return sentinelId((await this.#files.read(path, 'keep', SENTINEL_LIMIT)).toString('utf8'));
  }
}
