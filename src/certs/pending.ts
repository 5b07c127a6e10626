import { join } from 'node:path';
import type { CertificateFiles } from './files.ts';
import { discard } from './leftovers.ts';
import { NEXT_PENDING, PENDING, PENDING_FILES, PREVIOUS_PENDING } from './pair-names.ts';

/** Offline authority: the key that waits for its signature, the request for it, and `identityHash` of what was asked. */
export interface Pending {
  readonly key: Buffer;
  readonly request: Buffer;
  readonly identity: string;
}

const UNOWNED = { uid: -1, gid: -1 };

/**
 * What waits in a Certificate's directory; undefined when nothing whole does.
 *
 * @throws the file system's error
 */
export async function readPending(files: CertificateFiles, directory: string): Promise<Pending | undefined> {
  const path = join(directory, PENDING);
  for (const name of ['', ...Object.values(PENDING_FILES)]) {
    const type = (await files.status(join(path, name)))?.type;
    if (type !== (name === '' ? 'directory' : 'file')) return undefined;
  }
  const [key, request, identity] = [
    await files.readItself(join(path, PENDING_FILES.key)),
    await files.readItself(join(path, PENDING_FILES.request)),
    await files.readItself(join(path, PENDING_FILES.identity)),
  ];
  return { key, request, identity: identity.toString('utf8').trim() };
}

/**
 * Puts a key and its request there as one; what waited before goes away.
 *
 * @param directory the Certificate's, which exists
 * @throws the file system's error
 */
export async function writePending(files: CertificateFiles, directory: string, pending: Pending): Promise<void> {
  const next = join(directory, NEXT_PENDING);
  await discard(files, next);
  await files.makeDirectory(next, 0o700);
  await files.create(join(next, PENDING_FILES.key), pending.key, UNOWNED, 0o400);
  await files.create(join(next, PENDING_FILES.request), pending.request, UNOWNED, 0o444);
  await files.create(join(next, PENDING_FILES.identity), Buffer.from(pending.identity), UNOWNED, 0o444);
  await files.sync(next);
  await removePending(files, directory);
  await files.rename(next, join(directory, PENDING));
  await files.sync(directory);
}

/**
 * Takes away what waits, as one.
 *
 * @throws the file system's error
 */
export async function removePending(files: CertificateFiles, directory: string): Promise<void> {
  const path = join(directory, PENDING);
  const previous = join(directory, PREVIOUS_PENDING);
  await discard(files, previous);
  if ((await files.status(path)) === undefined) return;
  await files.rename(path, previous);
  await discard(files, previous);
  await files.sync(directory);
}
