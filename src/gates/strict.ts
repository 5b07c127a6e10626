import { access, constants, stat } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';

const GROUP_OR_WORLD_WRITE = 0o022;
const WORLD_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Strict mode: why nothing in this directory counts, or undefined. The operator itself must not be able to make a gate
 * file: for root that means a read-only mount (`ReadOnlyPaths=` of systemd), which `access` answers with EROFS.
 */
export async function untrustedDirectory(directory: string, status: Stats): Promise<string | undefined> {
  if ((status.mode & GROUP_OR_WORLD_WRITE) !== 0) {
    return `${directory} may be written by its group or the world; chmod go-w ${directory}`;
  }
  if (await mayWrite(directory, status)) {
    return (
      `${directory} may be written by the operator itself (uid ${process.geteuid?.() ?? '?'}); give it to another user, ` +
      `or mount it read-only for the operator (ReadOnlyPaths= in the unit)`
    );
  }
  const parent = dirname(directory);
  const above = await stat(parent);
  if ((above.mode & WORLD_WRITE) !== 0 && (above.mode & STICKY) === 0) {
    return `${parent} may be written by the world, so anybody could exchange ${directory}; chmod o-w ${parent}`;
  }
  return undefined;
}

/** Strict mode: why this one file does not count, or undefined. */
export async function untrustedFile(path: string, status: Stats): Promise<string | undefined> {
  if ((status.mode & WORLD_WRITE) !== 0) return `it may be written by the world; chmod o-w ${path}`;
  return (await mayWrite(path, status)) ? 'it may be written by the operator itself' : undefined;
}

/** By permission, or because an owner may give himself the permission; nothing of it holds on a read-only mount. */
async function mayWrite(path: string, status: Stats): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EROFS') return false;
    return status.uid === process.geteuid?.();
  }
}
