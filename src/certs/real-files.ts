import { constants } from 'node:fs';
import {
  link,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  symlink,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import { changeEntryOwner, changeOwner } from './change-owner.ts';
import type { CertificateFiles, FileStatus } from './files.ts';

const PERMISSION_BITS = 0o7777;

/** The file operations on this host. */
export const realFiles: CertificateFiles = {
  async status(path) {
    try {
      const status = await lstat(path);
      const { uid, gid, mode, mtimeMs } = status;
      return { type: typeOf(status), uid, gid, mode: mode & PERMISSION_BITS, modifiedAt: mtimeMs };
    } catch (error) {
      if (isCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  },
  read: (path) => readFile(path),
  async readItself(path) {
    const handle = await openItself(path);
    try {
      if (!(await handle.stat()).isFile())
        throw Object.assign(new Error(`EINVAL: not a file, read '${path}'`), { code: 'EINVAL', errno: -22, path });
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  },
  async list(path) {
    // Fails for a symlink, which `readdir` alone would follow.
    const handle = await openItself(path, constants.O_DIRECTORY);
    try {
      return (await readdir(path)).sort();
    } finally {
      await handle.close();
    }
  },
  readLink: (path) => readlink(path),
  async makeDirectory(path, mode) {
    await mkdir(path, mode);
    // The umask may have taken bits away.
    await chmodItself(path, mode);
  },
  async create(path, content, owner, mode) {
    // Closed to others until it has its owner; `wx` never follows a symlink and never opens what is there.
    const handle = await open(path, 'wx', 0o600);
    try {
      try {
        await handle.writeFile(content);
        if (owner.uid >= 0 || owner.gid >= 0) await changeOwner(handle, owner.uid, owner.gid);
        // After the owner: changing that clears set-id bits.
        await handle.chmod(mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } catch (error) {
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
  },
  chown: (path, { uid, gid }) => changeEntryOwner(path, uid, gid),
  chmod: chmodItself,
  symlink: (target, path) => symlink(target, path),
  link: (existing, path) => link(existing, path),
  rename: (from, to) => rename(from, to),
  remove: (path) => unlink(path),
  removeDirectory: (path) => rmdir(path),
  async sync(path) {
    const handle = await openItself(path, constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

async function chmodItself(path: string, mode: number): Promise<void> {
  const handle = await openItself(path);
  try {
    await handle.chmod(mode);
  } finally {
    await handle.close();
  }
}

/** Never what a symlink points to, and never waits for a pipe. */
function openItself(path: string, flags = 0): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | flags);
}

function typeOf(status: Awaited<ReturnType<typeof lstat>>): FileStatus['type'] {
  if (status.isFile()) return 'file';
  if (status.isDirectory()) return 'directory';
  return status.isSymbolicLink() ? 'symlink' : 'other';
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
