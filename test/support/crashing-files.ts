import type { CertificateFiles } from '../../src/certs/files.ts';

/** Thrown in place of the operation at which the process dies, and of every one after it. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export type FileOperation = keyof CertificateFiles;

/** File operations that end with the process. */
export interface CrashingFiles extends CertificateFiles {
  /** The operations that change something, in their order, the refused one included. */
  readonly asked: readonly FileOperation[];
  readonly isDead: boolean;
}

export interface CrashOptions {
  /** Number of the operation at which to die, from 1, counted as `asked`; absent: never. */
  readonly dieAt?: number;
  /** Instead of dying, fail this one operation; undefined lets it pass. Asked for those that only look as well. */
  readonly fail?: (operation: FileOperation) => Error | undefined;
}

/** Dying at one of these leaves what dying at the next other operation leaves: they are not counted. */
const LOOKS: ReadonlySet<FileOperation> = new Set(['status', 'read', 'readItself', 'list', 'readLink']);

/**
 * Counts the operations that change something and dies at one of them. A file that was being made then is there in part, as after a power
 * cut; every other operation has its whole effect or none.
 */
export function crashingFiles(inner: CertificateFiles, options: CrashOptions = {}): CrashingFiles {
  const asked: FileOperation[] = [];
  const state = { dead: false };

  async function step<T>(operation: FileOperation, run: () => Promise<T>, inPart?: () => Promise<unknown>): Promise<T> {
    if (state.dead) throw new Crash(`${operation} after the end`);
    if (!LOOKS.has(operation) && asked.push(operation) === options.dieAt) {
      state.dead = true;
      await inPart?.();
      throw new Crash(`died at operation ${asked.length}, ${operation}`);
    }
    const failure = options.fail?.(operation);
    if (failure !== undefined) throw failure;
    return run();
  }

  return {
    asked,
    get isDead() {
      return state.dead;
    },
    status: (path) => step('status', () => inner.status(path)),
    read: (path) => step('read', () => inner.read(path)),
    readItself: (path) => step('readItself', () => inner.readItself(path)),
    list: (path) => step('list', () => inner.list(path)),
    readLink: (path) => step('readLink', () => inner.readLink(path)),
    makeDirectory: (path, mode) => step('makeDirectory', () => inner.makeDirectory(path, mode)),
    create: (path, content, owner, mode) =>
      step(
        'create',
        () => inner.create(path, content, owner, mode),
        () => inner.create(path, content.subarray(0, content.length >> 1), { uid: -1, gid: -1 }, 0o600).catch(() => 0),
      ),
    chown: (path, owner) => step('chown', () => inner.chown(path, owner)),
    chmod: (path, mode) => step('chmod', () => inner.chmod(path, mode)),
    symlink: (target, path) => step('symlink', () => inner.symlink(target, path)),
    link: (existing, path) => step('link', () => inner.link(existing, path)),
    rename: (from, to) => step('rename', () => inner.rename(from, to)),
    remove: (path) => step('remove', () => inner.remove(path)),
    removeDirectory: (path) => step('removeDirectory', () => inner.removeDirectory(path)),
    sync: (path) => step('sync', () => inner.sync(path)),
  };
}

/** The file system's error for a full disk. */
export function diskFull(path = 'a file'): NodeJS.ErrnoException {
  const error = new Error(`ENOSPC: no space left on device, write '${path}'`);
  return Object.assign(error, { code: 'ENOSPC', errno: -28, syscall: 'write', path });
}
