import type { BigIntStats } from 'node:fs';
import type { ObservedPath } from '../model/observed.ts';
import { readErrorText } from '../model/read-error-text.ts';

/** What a status says of a path, without content or a symlink's target. */
export function pathStatus(status: BigIntStats): ObservedPath {
  const type = typeOf(status);
  return {
    type,
    uid: Number(status.uid),
    gid: Number(status.gid),
    mode: Number(status.mode & 0o7777n),
    modifiedAt: Number(status.mtimeMs),
    ...(type === 'file' && status.size === 0n ? { isEmpty: true } : {}),
  };
}

/** Nothing is there. */
export const MISSING_PATH: ObservedPath = { type: 'missing', uid: 0, gid: 0, mode: 0, modifiedAt: 0 };

/** A path whose status could not be read, as a value. */
export function pathWithout(error: unknown): ObservedPath {
  return isCode(error, 'ENOENT') ? MISSING_PATH : { ...MISSING_PATH, type: 'unreadable', error: readErrorText(error) };
}

/** Whether the file system said so. */
export function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

function typeOf(status: BigIntStats): ObservedPath['type'] {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  return status.isSymbolicLink() ? 'symlink' : 'other';
}
