import { join } from 'node:path';
import type { CertificateFiles } from './files.ts';
import { isVersionName, LIVE_LINK, NEXT_LIVE_LINK, NEXT_PENDING, PAIR_NAMES, PREVIOUS_PENDING } from './pair-names.ts';
import { removeIfThere } from './place-file.ts';

/**
 * Name of the live version; undefined when there is none.
 *
 * @throws the file system's error
 */
export async function liveVersion(files: CertificateFiles, directory: string): Promise<string | undefined> {
  const link = join(directory, LIVE_LINK);
  if ((await files.status(link))?.type !== 'symlink') return undefined;
  const target = await files.readLink(link);
  return isVersionName(target) ? target : undefined;
}

/**
 * Removes versions of a Certificate's directory. The live one stays, whoever asks, and so does whatever is not named
 * like a version. One that is missing is as good as removed.
 *
 * @throws the file system's error
 */
export async function removeVersions(
  files: CertificateFiles,
  directory: string,
  versions: readonly string[],
): Promise<void> {
  const live = await liveVersion(files, directory);
  for (const version of versions)
    if (isVersionName(version) && version !== live) await discard(files, join(directory, version));
  if ((await files.status(directory)) !== undefined) await files.sync(directory);
}

/**
 * Removes what interrupted tries left: versions without all of their files, and links and directories under the names
 * that they only have before or after they count.
 *
 * @throws the file system's error
 */
export async function removeLeftovers(files: CertificateFiles, directory: string): Promise<void> {
  await removeIfThere(files, join(directory, NEXT_LIVE_LINK));
  await discard(files, join(directory, NEXT_PENDING));
  await discard(files, join(directory, PREVIOUS_PENDING));
  const incomplete: string[] = [];
  for (const name of (await files.list(directory)).filter(isVersionName))
    if (!(await isComplete(files, join(directory, name)))) incomplete.push(name);
  if (incomplete.length > 0) await removeVersions(files, directory, incomplete);
}

/**
 * Removes a directory with the files in it, if it is there. A symlink of that name is removed and not followed.
 *
 * @throws the file system's error
 */
export async function discard(files: CertificateFiles, path: string): Promise<void> {
  const status = await files.status(path);
  if (status === undefined) return;
  if (status.type !== 'directory') return files.remove(path);
  for (const name of await files.list(path)) await files.remove(join(path, name));
  await files.removeDirectory(path);
}

async function isComplete(files: CertificateFiles, version: string): Promise<boolean> {
  if ((await files.status(version))?.type !== 'directory') return false;
  const names = await files.list(version);
  return PAIR_NAMES.every((name) => names.includes(name));
}
