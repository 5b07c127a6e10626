import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObservedLog, RotatedLog } from '../model/observed.ts';
import { readErrorText } from '../model/read-error-text.ts';
import type { MountWatch } from './mounts/mount-watch.ts';
import { isCode, pathStatus } from './path-status.ts';

/** More files of one log than anybody keeps are not looked at. */
const MOST = 1000;

/**
 * Each log to what is there of it and of its rotated files. Never throws: errors are values.
 *
 * @param mounts whom to ask whether a path's file system answers; absent: all do
 */
export async function observeLogs(paths: readonly string[], mounts?: MountWatch): Promise<Record<string, ObservedLog>> {
  return Object.fromEntries(
    await Promise.all(paths.map(async (path) => [path, await observeLog(path, mounts)] as const)),
  );
}

async function observeLog(path: string, mounts: MountWatch | undefined): Promise<ObservedLog> {
  const look = () => Promise.all([statusOf(path), rotatedOf(path)]);
  try {
    const [own, rotated] = await (mounts?.look(path, look) ?? look());
    if (own === undefined) return { type: 'missing', size: 0, inode: '', rotated };
    const { type } = pathStatus(own);
    return { type, size: type === 'file' ? Number(own.size) : 0, inode: String(own.ino), rotated };
  } catch (error) {
    return { type: 'unreadable', size: 0, inode: '', error: readErrorText(error), rotated: [] };
  }
}

async function rotatedOf(path: string): Promise<RotatedLog[]> {
  const prefix = `${basename(path)}.`;
  const names = await readdir(dirname(path)).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  });
  const numbers = names
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d{0,5}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b)
    .slice(0, MOST);
  const found = await Promise.all(
    numbers.map(async (number): Promise<RotatedLog[]> => {
      const status = await statusOf(join(dirname(path), `${prefix}${number}`));
      if (status?.isFile() !== true) return [];
      const { size, mtimeMs, ino } = status;
      return [{ number, size: Number(size), modifiedAt: Number(mtimeMs), inode: String(ino) }];
    }),
  );
  return found.flat();
}

async function statusOf(path: string) {
  return lstat(path, { bigint: true }).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  });
}
