import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withDeadline } from '../engine/deadline.ts';
import { BACKUP_FILES, BACKUP_PARTS, parseBackupRecord, readBackupName } from '../model/backup.ts';
import type { Key } from '../model/key.ts';
import type { ObservedBackup, ObservedBackups } from '../model/observed-backups.ts';
import type { DesiredState } from '../model/resource.ts';
import { readErrorText } from '../model/read-error-text.ts';
import { isSettled, versionOf } from './file-version.ts';
import type { MountWatch } from './mounts/mount-watch.ts';
import { isCode } from './path-status.ts';
import { same, sameRecord } from './same.ts';

/** A disk of the network may hang for ever; a pass does not. */
const DEADLINE = 2_000;

interface Known {
  readonly version: string;
  readonly backup: ObservedBackup | undefined;
}

/**
 * Looks at what lies in the directories of Backups. Each backup is read again only when it changed, and a directory that
 * does not answer is not asked again before it did.
 */
export class BackupObserver {
  readonly #now: () => number;
  readonly #deadline: number;
  readonly #mounts: MountWatch | undefined;
  /** Of each backup's directory, by path. */
  #known = new Map<string, Known>();
  /** Looks that have not come to an end. */
  readonly #pending = new Map<string, Promise<unknown>>();
  #last: Readonly<Record<Key, ObservedBackups>> = {};

  /**
   * @param now milliseconds since the epoch, by the clock that file times come from
   * @param deadline milliseconds for one directory
   * @param mounts whom to ask whether a path's file system answers; absent: all do
   */
  constructor(now: () => number, deadline = DEADLINE, mounts?: MountWatch) {
    this.#mounts = mounts;
    this.#now = now;
    this.#deadline = deadline;
  }

  /** By the key of every Backup; what did not change is the same object. Never rejects. */
  async observe(desired: DesiredState): Promise<Readonly<Record<Key, ObservedBackups>>> {
    const wanted = desired.resources.filter((resource) => resource.kind === 'Backup');
    if (wanted.length === 0 && Object.keys(this.#last).length === 0) return this.#last;
    const looked = await Promise.all(
      wanted.map(async ({ key, spec }) => [key, same(this.#last[key], await this.look(spec.directory))] as const),
    );
    this.#last = sameRecord(this.#last, Object.fromEntries(looked));
    return this.#last;
  }

  /** One Backup's own directory. Never rejects. */
  async look(directory: string): Promise<ObservedBackups> {
    const silence = this.#mounts?.silenceAt(directory);
    if (silence !== undefined) return { state: 'unreadable', error: silence };
    if (this.#pending.has(directory)) return { state: 'unreadable', error: `${directory} does not answer` };
    const looking = this.#look(directory).finally(() => this.#pending.delete(directory));
    this.#pending.set(directory, looking);
    try {
      return await withDeadline(
        this.#deadline,
        () => new Error(`${directory} does not answer within ${this.#deadline} ms`),
        () => looking,
      );
    } catch (error) {
      return { state: 'unreadable', error: readErrorText(error) };
    }
  }

  async #look(directory: string): Promise<ObservedBackups> {
    const entries = await this.#entries(directory);
    if (entries === undefined) return { state: 'missing' };
    const complete: ObservedBackup[] = [];
    const failed: string[] = [];
    const leftovers: string[] = [];
    for (const entry of entries.sort()) {
      const found = readBackupName(entry);
      if (found?.state === 'failed') failed.push(found.name);
      else if (found?.state === 'complete') {
        const backup = await this.#backup(join(directory, entry), found.name);
        if (backup !== undefined) complete.push(backup);
      } else if (found !== undefined) leftovers.push(entry);
    }
    return { state: 'seen', complete, failed, leftovers };
  }

  /** Undefined when not even the directory above is there. */
  async #entries(directory: string): Promise<string[] | undefined> {
    try {
      return await readdir(directory);
    } catch (error) {
      if (isCode(error, 'ENOTDIR')) throw new Error('it, or something above it, is not a directory', { cause: error });
      if (!isCode(error, 'ENOENT')) throw error;
    }
    try {
      await lstat(dirname(directory));
      return [];
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Undefined for what is no backup of ours, whatever its name. */
  async #backup(path: string, name: string): Promise<ObservedBackup | undefined> {
    const status: BigIntStats = await lstat(path, { bigint: true });
    const version = versionOf(status);
    const known = this.#known.get(path);
    if (known?.version === version) return known.backup;
    const backup = status.isDirectory() ? await readBackup(path, name) : undefined;
    if (isSettled(status, this.#now())) this.#known.set(path, { version, backup });
    else this.#known.delete(path);
    return backup;
  }
}

async function readBackup(path: string, name: string): Promise<ObservedBackup | undefined> {
  const entries = new Set(await readdir(path));
  if (!entries.has(BACKUP_FILES.record)) return undefined;
  const record = parseBackupRecord(await readFile(join(path, BACKUP_FILES.record), 'utf8'));
  if (record === undefined) return undefined;
  const { startedAt, finishedAt, bytes, newBytes, prometheus, grafana } = record;
  return {
    name,
    startedAt,
    finishedAt,
    bytes,
    newBytes,
    blocks: prometheus.blocks.length,
    hasGrafana: grafana !== undefined && entries.has(BACKUP_PARTS.grafana),
    isVerified: entries.has(BACKUP_FILES.verified),
  };
}
