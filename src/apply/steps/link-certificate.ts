import { basename, dirname, join, relative, resolve } from 'node:path';
import type { CertificateFiles } from '../../certs/files.ts';
import { liveVersion } from '../../certs/leftovers.ts';
import { PAIR_FILES } from '../../certs/pair-names.ts';
import { freeName, linkNames } from '../../certs/pair-store.ts';
import { besidePath, removeIfThere } from '../../certs/place-file.ts';
import type { CertificateSpec } from '../../model/certificate-specs.ts';
import { certificateStep } from '../certificate-step.ts';
import { CLOSED_DIRECTORY, makeParents, OPEN_DIRECTORY } from '../safe-parents.ts';
import { StepError } from '../step-error.ts';

interface Name {
  readonly path: string;
  /** As the symlink says it. */
  readonly target: string;
}

/**
 * Makes the stable names of the live pair, in its own directory and for those outside of containers. With `adopt`, a
 * file in the way keeps its content under another name, and its place is never empty.
 *
 * @throws StepError PATH_TAKEN, and then neither name was changed; ISSUE_FAILED when nothing is live, UNSAFE_PATH; file
 * system errors
 */
export const linkCertificate = certificateStep<'LinkCertificate'>(async ({ spec }, { files }) => {
  if ((await liveVersion(files, spec.directory)) === undefined)
    throw new StepError('ISSUE_FAILED', `Nothing is live in ${spec.directory} that a name could lead to.`);
  await makeParents(files, spec.certificate, OPEN_DIRECTORY);
  await makeParents(files, spec.key, CLOSED_DIRECTORY);
  const names = [nameFor(spec, spec.key, PAIR_FILES.key), nameFor(spec, spec.certificate, PAIR_FILES.certificate)];
  const inTheWay: Name[] = [];
  const missing: Name[] = [];
  for (const name of names) {
    const status = await files.status(name.path);
    if (status === undefined) missing.push(name);
    else if (status.type !== 'symlink' || (await files.readLink(name.path)) !== name.target) {
      await requireMovable(files, name.path, spec);
      inTheWay.push(name);
    }
  }
  await linkNames(files, spec.directory, { adopt: spec.adopt });
  for (const name of inTheWay) {
    if (!(await isOurLink(files, name.path))) await keepCopy(files, name.path);
    await replaceWithLink(files, name);
  }
  for (const { path, target } of missing) await files.symlink(target, path);
  for (const directory of new Set(names.map(({ path }) => dirname(path)))) await files.sync(directory);
});

function nameFor({ directory }: CertificateSpec, path: string, file: string): Name {
  return { path, target: relative(dirname(path), join(directory, file)) };
}

async function requireMovable(files: CertificateFiles, path: string, { adopt }: CertificateSpec): Promise<void> {
  const type = (await files.status(path))?.type;
  if (type === 'directory' || type === 'other')
    throw new StepError('PATH_TAKEN', `${path} is a ${type === 'other' ? 'special file' : type}: move it away.`);
  if (adopt || (await isOurLink(files, path))) return;
  throw new StepError(
    'PATH_TAKEN',
    `${path} is there and not ours: move it away, or set adopt: true to keep it as ${basename(path)}.before-bastion.`,
  );
}

/** Whether it is a symlink to a stable name in a Certificate's directory: the spec named another one before. */
async function isOurLink(files: CertificateFiles, path: string): Promise<boolean> {
  if ((await files.status(path))?.type !== 'symlink') return false;
  const target = resolve(dirname(path), await files.readLink(path));
  const isPairFile = Object.values<string>(PAIR_FILES).includes(basename(target));
  return isPairFile && (await liveVersion(files, dirname(target))) !== undefined;
}

/** A second name for what is in the way; an interrupted try that came this far made it already. */
async function keepCopy(files: CertificateFiles, path: string): Promise<void> {
  const names = (await files.list(dirname(path))).filter((name) => name.startsWith(`${basename(path)}.before-bastion`));
  for (const name of names) if (await isSame(files, path, join(dirname(path), name))) return;
  await files.link(path, await freeName(files, path));
  await files.sync(dirname(path));
}

async function isSame(files: CertificateFiles, path: string, other: string): Promise<boolean> {
  const types = [(await files.status(path))?.type, (await files.status(other))?.type];
  if (types.every((type) => type === 'symlink')) return (await files.readLink(path)) === (await files.readLink(other));
  return types.every((type) => type === 'file') && (await files.read(path)).equals(await files.read(other));
}

async function replaceWithLink(files: CertificateFiles, { path, target }: Name): Promise<void> {
  const beside = besidePath(path);
  await removeIfThere(files, beside);
  await files.symlink(target, beside);
  await files.rename(beside, path);
}
