import { link } from 'node:fs/promises';
import { copyDurably, digestFile } from './stream.ts';
import { PRIVATE } from './store.ts';

/** What a file system says that has no second name for a file, or no more of them. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(['EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Puts a file into a backup: as another name for the one in the backup before when they are equal, else as a copy. Both
 * are read, the older one too: what has decayed there must not be handed down.
 *
 * @param older the file in the backup before, with the digest that it had then
 * @throws file system errors
 */
export async function copyOrLink(
  source: string,
  target: string,
  older: { readonly path: string; readonly digest: string } | undefined,
): Promise<{ readonly digest: string; readonly isLinked: boolean }> {
  if (older !== undefined) {
    const { digest } = await digestFile(source);
    if (digest === older.digest && (await isStill(older)) && (await tryLink(older.path, target)))
      return { digest, isLinked: true };
  }
  return { digest: (await copyDurably(source, target, PRIVATE)).digest, isLinked: false };
}

async function isStill({ path, digest }: { readonly path: string; readonly digest: string }): Promise<boolean> {
  return digestFile(path).then(
    (found) => found.digest === digest,
    // Whatever is wrong with it: then it is copied.
    () => false,
  );
}

async function tryLink(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (NO_LINKS.has((error as NodeJS.ErrnoException).code)) return false;
    throw error;
  }
}
