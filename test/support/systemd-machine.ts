import { cpSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { callEngine } from '../../scripts/support/engine-http.ts';
import { ensureSystemdImage, NoSystemdImage } from '../images/systemd-image.ts';
import { builtExecutable } from './bundle.ts';
import { eventually } from './eventually.ts';
import { Outside } from './outside.ts';
import { skipBecause } from './skip.ts';
import { testEngine } from './test-engine.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
/** What a release holds: no sources, so that install has nothing to build. */
const RELEASE = ['install', 'uninstall', 'bin', 'dist', 'crds-like', 'desired-state', 'docs', 'systemd'];
const RELEASE_FILES = ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'];
const BOOT_MILLISECONDS = 60_000;

/** What became of a command in the machine. */
export interface MachineOutcome {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/**
 * A machine of its own: Debian with a real systemd as its first process, in a container on the test's engine, whose socket
 * it sees as /engine/docker.sock. The Node that runs this is on its path, a release of this repository in /release.
 */
export class SystemdMachine {
  readonly host: string;
  /** Reference of busybox on the engine. */
  readonly busybox: string;
  readonly #outside: Outside;
  readonly #release: string;
  #container = '';

  private constructor(host: string, busybox: string, release: string) {
    this.host = host;
    this.busybox = busybox;
    this.#release = release;
    this.#outside = new Outside(host, 'systemd-machine');
  }

  /** Skips the suite of the context where there is no engine or no image can be had; an engine that refuses it is an error. */
  static async boot(context: Mocha.Context): Promise<SystemdMachine> {
    const engine = await testEngine();
    if (engine === undefined) return skipBecause(context, 'no Docker Engine');
    if (!engine.host.startsWith('unix://'))
      return skipBecause(context, `${engine.host} cannot be reached from a container`);
    await builtExecutable();
    const image = await ensureSystemdImage(engine.host, (line) => console.log(`      ${line}`)).catch(
      (error: unknown) => {
        if (error instanceof NoSystemdImage) return skipBecause(context, `no image with systemd: ${error.message}`);
        throw error;
      },
    );
    const release = realpathSync(mkdtempSync(join(tmpdir(), 'bastion-release-')));
    const machine = new SystemdMachine(engine.host, engine.images.busybox.reference, release);
    try {
      for (const each of [...RELEASE, ...RELEASE_FILES])
        cpSync(join(ROOT, each), join(release, each), { recursive: true });
      await machine.#start(image);
      return machine;
    } catch (error) {
      await machine.close();
      throw error;
    }
  }

  async #start(image: string): Promise<void> {
    const socket = this.host.slice('unix://'.length);
    const { Id } = await this.#outside
      .call<{ Id: string }>('POST', '/containers/create', {
        Image: image,
        Cmd: ['/lib/systemd/systemd'],
        Env: ['container=docker'],
        StopSignal: 'SIGRTMIN+3',
        HostConfig: {
          // Not privileged: what systemd needs to mount, to make namespaces, and to look at other users' processes.
          CapAdd: ['SYS_ADMIN', 'NET_ADMIN', 'SYS_PTRACE'],
          SecurityOpt: ['seccomp=unconfined'],
          // systempaths=unconfined, as the command line's client sends it.
          MaskedPaths: [],
          ReadonlyPaths: [],
          CgroupnsMode: 'private',
          Binds: [
            '/sys/fs/cgroup:/sys/fs/cgroup:rw',
            `${process.execPath}:/usr/local/bin/node:ro`,
            `${this.#release}:/release:ro`,
            `${realpathSync(socket)}:/engine/docker.sock`,
          ],
          Tmpfs: { '/run': '', '/run/lock': '', '/tmp': '' },
        },
      })
      .catch(refused);
    this.#container = Id;
    await this.#outside.call('POST', `/containers/${Id}/start`).catch(refused);
    await eventually(
      async () => {
        const { output } = await this.run('systemctl is-system-running');
        if (!/running|degraded/.test(output))
          throw new Error(`systemd did not come up: ${output}${await this.#logs()}`);
      },
      { within: BOOT_MILLISECONDS, every: 200 },
    );
    // As where the engine is the host's own: its socket is at the usual place, and the group docker's.
    await this.must('ln -s /engine/docker.sock /run/docker.sock');
    await this.must(`groupadd --system --gid ${statSync(socket).gid} docker || true`);
  }

  /** Runs a shell command as root, to its end. */
  async run(command: string): Promise<MachineOutcome> {
    const { Id } = await this.#outside.call<{ Id: string }>('POST', `/containers/${this.#container}/exec`, {
      Cmd: ['sh', '-c', command],
      AttachStdout: true,
      AttachStderr: true,
      // A terminal's stream has no frames.
      Tty: true,
      Env: ['LC_ALL=C', 'TERM=dumb', 'SYSTEMD_COLORS=0', 'SYSTEMD_PAGER='],
    });
    const output = await this.#outside.call<unknown>('POST', `/exec/${Id}/start`, { Detach: false, Tty: true });
    const { ExitCode } = await this.#outside.call<{ ExitCode: number }>('GET', `/exec/${Id}/json`);
    const text = typeof output === 'string' ? output : output === undefined ? '' : JSON.stringify(output);
    return { code: ExitCode, output: text.replaceAll('\r\n', '\n') };
  }

  /** `run` that rejects with the output when the command fails. @returns the output, trimmed */
  async must(command: string): Promise<string> {
    const { code, output } = await this.run(command);
    if (code !== 0) throw new Error(`${command} failed with exit code ${code}:\n${output}`);
    return output.trim();
  }

  async write(path: string, content: string): Promise<void> {
    await this.must(`base64 -d > ${path} <<'EOF'\n${Buffer.from(content).toString('base64')}\nEOF`);
  }

  /** A property of a unit, as `systemctl show` knows it. */
  property(name: string, unit = 'bastion.service'): Promise<string> {
    return this.must(`systemctl show --property ${name} --value ${unit}`);
  }

  /** Ends it and removes what was made for it. */
  async close(): Promise<void> {
    if (this.#container !== '')
      await callEngine(this.host, { method: 'DELETE', path: `/containers/${this.#container}?force=true&v=true` });
    rmSync(this.#release, { recursive: true, force: true });
  }

  async #logs(): Promise<string> {
    const { text } = await callEngine(this.host, {
      path: `/containers/${this.#container}/logs?stdout=true&stderr=true&tail=20`,
    });
    return text;
  }
}

function refused(error: unknown): never {
  const message = error instanceof Error ? error.message : String(error);
  throw new Error(`this engine refuses a container with what systemd needs (SYS_ADMIN, cgroups): ${message}`);
}
