import { lutimesSync, utimesSync } from 'node:fs';
import type { CertificateFiles } from '../../../src/certs/files.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { SimulatedClock } from './simulated-clock.ts';

export interface WatchedFilesOptions {
  readonly clock: SimulatedClock;
  /** Called after every operation that changes something. */
  readonly onChange: (operation: string, path: string) => void;
  readonly onKey: (path: string, mode: number) => void;
}

/** The real file operations by the simulated clock: each takes a millisecond, and files are of its time. */
export function watchedFiles({ clock, onChange, onKey }: WatchedFilesOptions): CertificateFiles {
  const changed = async (operation: string, path: string, run: () => Promise<void>): Promise<void> => {
    clock.pass(1);
    try {
      await run();
    } finally {
      onChange(`${operation} ${path}`, path);
    }
  };
  return {
    status: (path) => realFiles.status(path),
    read: (path) => realFiles.read(path),
    readItself: (path) => realFiles.readItself(path),
    list: (path) => realFiles.list(path),
    readLink: (path) => realFiles.readLink(path),
    makeDirectory: (path, mode) => changed('makeDirectory', path, () => realFiles.makeDirectory(path, mode)),
    create: (path, content, owner, mode) =>
      changed('create', path, async () => {
        await realFiles.create(path, content, owner, mode);
        utimesSync(path, clock.now() / 1000, clock.now() / 1000);
        if (content.includes('PRIVATE KEY')) onKey(path, mode);
      }),
    chown: (path, owner) => changed('chown', path, () => realFiles.chown(path, owner)),
    chmod: (path, mode) => changed('chmod', path, () => realFiles.chmod(path, mode)),
    symlink: (target, path) =>
      changed('symlink', path, async () => {
        await realFiles.symlink(target, path);
        lutimesSync(path, clock.now() / 1000, clock.now() / 1000);
      }),
    link: (existing, path) => changed('link', path, () => realFiles.link(existing, path)),
    rename: (from, to) => changed('rename', to, () => realFiles.rename(from, to)),
    remove: (path) => changed('remove', path, () => realFiles.remove(path)),
    removeDirectory: (path) => changed('removeDirectory', path, () => realFiles.removeDirectory(path)),
    sync: (path) => realFiles.sync(path),
  };
}
