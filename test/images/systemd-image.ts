import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { callEngine } from '../../scripts/support/engine-http.ts';
import { hasProgram, mustRun, runCommand } from '../../scripts/support/run-command.ts';

const CACHE = join(dirname(fileURLToPath(import.meta.url)), '../../.cache/images');
/** libstdc++6 is what Node loads; git is what `bastion init` makes a repository with. */
const PACKAGES = ['systemd', 'dbus', 'git', 'libstdc++6'];
/** What is in none of our tests' way, and half of the size. */
const LEFT_OUT = ['./var/cache/apt', './var/lib/apt/lists', './usr/share/doc', './usr/share/man', './usr/share/locale'];
const DEADLINE_MILLISECONDS = 600_000;

/** Why there can be no such image on this machine; its message is for people. */
export class NoSystemdImage extends Error {
  override readonly name = 'NoSystemdImage';
}

/**
 * Brings an image with Debian's systemd onto an engine and says its name: debootstrap from the mirror that apt is
 * configured with, kept as a tar below `.cache/images` under a hash of all that goes into it. `signal` ends it.
 *
 * @throws NoSystemdImage where apt or debootstrap cannot do it (no root, no mirror); other errors are faults
 */
export async function ensureSystemdImage(
  host: string,
  log: (line: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const mirror = await aptMirror();
  const libraries = await nodeLibraries();
  const told = JSON.stringify({ mirror, PACKAGES, LEFT_OUT, libraries, arch: process.arch });
  const hash = createHash('sha256').update(told).digest('hex').slice(0, 16);
  const reference = `bastion-local/systemd:${hash}`;
  if ((await callEngine(host, { path: `/images/${reference}/json` })).status === 200) return reference;
  const tar = join(CACHE, `systemd-${hash}.tar`);
  if (!existsSync(tar)) {
    log(`bootstrapping Debian ${mirror.suite} with ${PACKAGES.join(', ')}`);
    await bootstrap(mirror, libraries, tar, signal);
  }
  const query = new URLSearchParams({ fromSrc: '-', repo: 'bastion-local/systemd', tag: hash });
  const answer = await callEngine(host, {
    method: 'POST',
    path: `/images/create?${query.toString()}`,
    body: createReadStream(tar),
    idleMilliseconds: 120_000,
  });
  if (answer.status !== 200 || /"error"/.test(answer.text))
    throw new Error(`the engine refused the image with systemd: ${answer.text.trim()}`);
  return reference;
}

interface Mirror {
  readonly uri: string;
  readonly suite: string;
}

/** The first source of packages that apt has. */
async function aptMirror(): Promise<Mirror> {
  if (process.getuid?.() !== 0) throw new NoSystemdImage('debootstrap needs root');
  const { code, output } = await runCommand([
    'apt-get',
    'indextargets',
    '--format',
    '$(CREATED_BY) $(REPO_URI) $(RELEASE)',
  ]);
  const [, uri, suite] = /^Packages (\S+) (\S+)$/m.exec(output) ?? [];
  if (code !== 0 || uri === undefined || suite === undefined)
    throw new NoSystemdImage('apt has no source of packages to bootstrap from');
  return { uri, suite };
}

/** Shared libraries that the Node which runs this loads. */
async function nodeLibraries(): Promise<string[]> {
  const { output } = await runCommand(['ldd', process.execPath]);
  return [...output.matchAll(/(?:=>\s+)?(\/\S+)\s+\(0x/g)].map(([, path = '']) => path).sort();
}

async function bootstrap(
  { uri, suite }: Mirror,
  libraries: readonly string[],
  tar: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await requireDebootstrap();
  await mkdir(CACHE, { recursive: true });
  const scratch = await mkdtemp(join(tmpdir(), 'bastion-systemd-'));
  try {
    const rootfs = join(scratch, 'rootfs');
    const command = ['debootstrap', '--variant=minbase', `--include=${PACKAGES.join(',')}`, suite, rootfs, uri];
    const { code, output } = await runCommand(command, {
      deadlineMilliseconds: DEADLINE_MILLISECONDS,
      ...(signal === undefined ? {} : { signal }),
    });
    if (code !== 0) throw new NoSystemdImage(`debootstrap cannot fetch or unpack: ${output.trim().split('\n').at(-1)}`);
    for (const library of libraries) {
      const target = join(rootfs, library);
      // The distribution's own, where it has it.
      if (existsSync(target)) continue;
      await mkdir(dirname(target), { recursive: true });
      await copyFile(await realpath(library), target);
    }
    const pack = spawn(
      'tar',
      ['--numeric-owner', ...LEFT_OUT.map((path) => `--exclude=${path}/*`), '-C', rootfs, '-c', '.'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const ended = new Promise<number | null>((resolve) => pack.on('close', resolve));
    // Two may make it at once: each its own.
    const made = `${tar}.${process.pid}.new`;
    await pipeline(pack.stdout, createWriteStream(made));
    if ((await ended) !== 0) throw new Error(`tar of ${rootfs} failed`);
    for (const old of await readdir(CACHE)) if (/^systemd-.*\.tar$/.test(old)) await rm(join(CACHE, old));
    await rename(made, tar);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function requireDebootstrap(): Promise<void> {
  if (await hasProgram('debootstrap')) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', 'debootstrap'];
  if ((await runCommand(install, { env })).code === 0) return;
  await runCommand(['apt-get', 'update'], { env });
  await mustRun(install, { env }).catch((error: unknown) => {
    throw new NoSystemdImage(error instanceof Error ? error.message : String(error));
  });
}
