import { dirname, join } from 'node:path';
import type { CertificateFiles, FileOwner } from './files.ts';
import { discard, liveVersion, removeLeftovers } from './leftovers.ts';
import { isVersionName, LIVE_LINK, NEXT_LIVE_LINK, PAIR_FILES, PAIR_NAMES } from './pair-names.ts';
import { removeIfThere } from './place-file.ts';
import { TakenError } from './taken-error.ts';

/** What changes together: PEM of the key, of the certificate with its chain, and of the trusted authorities. */
export interface PairContent {
  readonly key: Buffer;
  readonly certificate: Buffer;
  readonly trust: Buffer;
}

/** Readable by all, writable by us alone: who could exchange a version for a link would decide where we write. */
const DIRECTORY_MODE = 0o755;
const OURS: FileOwner = { uid: -1, gid: -1 };
const CERTIFICATE_MODE = 0o444;
/** Closed until everything in it has its owner. */
const STAGING_MODE = 0o700;

/**
 * Makes a version, whole and durable, that nobody reads yet. What interrupted tries left goes away first; if it fails,
 * nothing of it stays.
 *
 * @param directory the Certificate's; made when it is missing, but not what is above it
 * @param version `versionName`, of no version that is live
 * @param owner of the key; everything else is the operator's own
 * @param mode permission bits of the key
 * @throws TakenError when something that is not a directory has the directory's name; the file system's error
 */
export async function stageVersion(
  files: CertificateFiles,
  directory: string,
  version: string,
  content: PairContent,
  owner: FileOwner,
  mode: number,
): Promise<void> {
  if (!isVersionName(version)) throw new Error(`${version} is no name of a version`);
  await ensurePairDirectory(files, directory);
  // What somebody put into one of them must not keep a certificate from being renewed.
  await removeLeftovers(files, directory).catch(() => undefined);
  if ((await liveVersion(files, directory)) === version) throw new Error(`${version} is live and is not written again`);
  const path = join(directory, version);
  await discard(files, path);
  try {
    await files.makeDirectory(path, STAGING_MODE);
    await files.create(join(path, PAIR_FILES.key), content.key, owner, mode);
    await files.create(join(path, PAIR_FILES.certificate), content.certificate, OURS, CERTIFICATE_MODE);
    await files.create(join(path, PAIR_FILES.trust), content.trust, OURS, CERTIFICATE_MODE);
    await files.chmod(path, DIRECTORY_MODE);
    await files.sync(path);
    await files.sync(directory);
  } catch (error) {
    await discard(files, path).catch(() => undefined);
    throw error;
  }
}

/**
 * Lets a staged version take the place of the live one, in one rename, and gives the directory its stable names.
 *
 * @param adopt move aside what is not ours and has one of these names, also in a directory that was never ours
 * @throws TakenError when something that is not ours has one of these names; the file system's error
 */
export async function goLive(
  files: CertificateFiles,
  directory: string,
  version: string,
  { adopt = false } = {},
): Promise<void> {
  if ((await files.status(join(directory, version)))?.type !== 'directory')
    throw new Error(`${version} was not staged in ${directory}`);
  const live = join(directory, LIVE_LINK);
  await linkNames(files, directory, { adopt });
  const next = join(directory, NEXT_LIVE_LINK);
  await removeIfThere(files, next);
  await files.symlink(version, next);
  await files.rename(next, live);
  await files.sync(directory);
}

/**
 * Gives a Certificate's directory its three stable names. In a directory that is ours already, what is in the way is
 * moved aside: it is damage.
 *
 * @param adopt move it aside in any directory
 * @throws TakenError when something that is not ours has one of these names; the file system's error
 */
export async function linkNames(files: CertificateFiles, directory: string, { adopt = false } = {}): Promise<void> {
  const isOurs = await requireOurLink(files, join(directory, LIVE_LINK));
  for (const name of PAIR_NAMES) await linkName(files, directory, name, adopt || isOurs);
}

/**
 * Which pair lies live; undefined when nothing does. Whom it lets its reader trust is not asked: it may be in need of
 * repair.
 *
 * @throws TakenError when one of the two is no file; the file system's error, e.g. ENOENT when one is missing
 */
export async function readLive(
  files: CertificateFiles,
  directory: string,
): Promise<({ readonly version: string } & Pick<PairContent, 'key' | 'certificate'>) | undefined> {
  const version = await liveVersion(files, directory);
  return version === undefined ? undefined : { version, ...(await readPair(files, join(directory, version))) };
}

/**
 * What lies in a version, live or not.
 *
 * @throws TakenError when one of the files is no file; the file system's error, e.g. ENOENT when one is missing
 */
export async function readVersion(files: CertificateFiles, directory: string, version: string): Promise<PairContent> {
  const path = join(directory, version);
  return { ...(await readPair(files, path)), trust: await readItself(files, join(path, PAIR_FILES.trust)) };
}

async function readPair(files: CertificateFiles, path: string): Promise<Pick<PairContent, 'key' | 'certificate'>> {
  return {
    key: await readItself(files, join(path, PAIR_FILES.key)),
    certificate: await readItself(files, join(path, PAIR_FILES.certificate)),
  };
}

/**
 * Makes a Certificate's directory, or gives the one that is there its mode.
 *
 * @throws TakenError when something else has its name; the file system's error
 */
export async function ensurePairDirectory(files: CertificateFiles, directory: string): Promise<void> {
  const status = await files.status(directory);
  if (status !== undefined && status.type !== 'directory') {
    throw new TakenError(`${directory} is a ${status.type}, not a directory: move it away or choose another one.`);
  }
  if (status === undefined) {
    await files.makeDirectory(directory, STAGING_MODE);
    await files.sync(dirname(directory));
  }
  if ((await files.status(directory))?.mode !== DIRECTORY_MODE) await files.chmod(directory, DIRECTORY_MODE);
}

/** Whether the live link is there and ours; another thing of that name is nobody's to replace. */
async function requireOurLink(files: CertificateFiles, link: string): Promise<boolean> {
  const status = await files.status(link);
  if (status === undefined) return false;
  if (status.type === 'symlink' && isVersionName(await files.readLink(link))) return true;
  throw new TakenError(`${link} is not ours and is not replaced: move it away or choose another directory.`);
}

async function linkName(files: CertificateFiles, directory: string, name: string, mayMove: boolean): Promise<void> {
  const path = join(directory, name);
  const target = join(LIVE_LINK, name);
  const status = await files.status(path);
  if (status?.type === 'symlink' && (await files.readLink(path)) === target) return;
  if (status !== undefined) {
    if (!mayMove) throw new TakenError(`${path} is there and not ours: move it away, or set adopt: true.`);
    await files.rename(path, await freeName(files, path));
  }
  await files.symlink(target, path);
}

/** `<path>.before-bastion`, or with the first number that is free. */
export async function freeName(files: CertificateFiles, path: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = `${path}.before-bastion${number === 1 ? '' : `-${number}`}`;
    if ((await files.status(name)) === undefined) return name;
  }
}

/** A symlink in a version could lead its reader, who is root, to the files of somebody else. */
async function readItself(files: CertificateFiles, path: string): Promise<Buffer> {
  const status = await files.status(path);
  if (status !== undefined && status.type !== 'file') throw new TakenError(`${path} is no file and is not read.`);
  return files.readItself(path);
}
