import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerEngine } from '../../src/engine/docker.ts';
import type { Engine } from '../../src/engine/port.ts';
import type { ContainerInspect } from '../../src/engine/wire.ts';
import type { HistoryLine } from '../../src/status/history.ts';
import { builtExecutable } from './bundle.ts';
import { DesiredDirectory, manifest, type Manifest } from './desired-directory.ts';
import { Operator, type CommandOutcome } from './operator.ts';
import { Outside } from './outside.ts';
import { removeInstance } from './remove-instance.ts';
import { skipBecause } from './skip.ts';
import { testEngine } from './test-engine.ts';

/** How to start the operator, where it differs from the plain case. */
export interface StartOptions {
  /** Engine address; default: the engine itself. */
  readonly host?: string;
  readonly state?: string;
  readonly flags?: readonly string[];
  /** Beside what the test itself has. */
  readonly env?: NodeJS.ProcessEnv;
}

/** Docker's own answers to a person's commands must not take long. */
const FAST_HEALTH = { interval: '300ms', timeout: '5s', retries: 1 };

/**
 * One bastion in a directory of its own on the real engine: desired state, gates, hold and state directories, and an
 * instance name that nothing else has. `close` removes all that was made, on the engine too.
 */
export class Workplace {
  readonly instance: string;
  readonly directory: string;
  readonly desired: DesiredDirectory;
  readonly gates: string;
  readonly hold: string;
  readonly state: string;
  readonly host: string;
  readonly image: string;
  readonly engine: Engine & { close(): void };
  readonly outside: Outside;
  /** What else is to be undone by `close`, once nothing runs any more and before the directory goes. */
  readonly undo: (() => Promise<unknown>)[] = [];
  readonly #executable: string;
  readonly #operators: Operator[] = [];

  private constructor(name: string, host: string, image: string, executable: string) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), `bastion-${name}-`)));
    // The part that mkdtemp made up keeps runs apart that share an engine.
    this.instance = `e2e-${name}-${this.directory.slice(-6).toLowerCase()}-${process.pid}`;
    this.desired = new DesiredDirectory(join(this.directory, 'desired'));
    this.gates = join(this.directory, 'gates');
    this.hold = join(this.directory, 'hold');
    this.state = join(this.directory, 'state');
    for (const each of [this.gates, this.hold]) mkdirSync(each);
    this.host = host;
    this.image = image;
    this.engine = createDockerEngine({ host });
    this.outside = new Outside(host, this.instance);
    this.#executable = executable;
    this.desired.write('00-bastion.yaml', this.bastion());
  }

  /** Skips the test or suite of the context when there is no engine or no busybox. */
  static async open(context: Mocha.Context, name: string): Promise<Workplace> {
    const found = await testEngine();
    if (!found) return skipBecause(context, 'no Docker Engine');
    if (!found.images.busybox.available) return skipBecause(context, 'no busybox image');
    return new Workplace(name, found.host, found.images.busybox.reference, await builtExecutable());
  }

  /** Another one on the same engine, with nothing in common. */
  async another(name: string): Promise<Workplace> {
    return new Workplace(name, this.host, this.image, await builtExecutable());
  }

  /** Ends what runs and removes what was made, whatever happened. */
  async close(): Promise<void> {
    await Promise.all(this.#operators.map((operator) => operator.kill()));
    await this.outside.removeDamage(this.engine);
    await removeInstance(this.engine, this.instance);
    this.engine.close();
    for (const undo of this.undo) await undo();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A name on the engine that no other test has. */
  name(short: string): string {
    return `${this.instance}-${short}`;
  }

  bastion(spec: Readonly<Record<string, unknown>> = {}): Manifest {
    return manifest('Bastion', this.instance, { allowedRoots: [this.directory], ...spec });
  }

  /** A container that runs until it is stopped, at once. */
  container(short: string, spec: Readonly<Record<string, unknown>> = {}): Manifest {
    return manifest('Container', this.name(short), {
      image: this.image,
      command: ['sleep', '3600'],
      mem_limit: '32m',
      stop_grace_period: '0s',
      ...spec,
    });
  }

  /** A health check that is over quickly. */
  health(command: string): Readonly<Record<string, unknown>> {
    return { ...FAST_HEALTH, test: ['CMD', ...command.split(' ')] };
  }

  flags({ host = this.host, state = this.state, flags = [] }: StartOptions = {}): string[] {
    const directories = { 'desired-state': this.desired.path, gates: this.gates, hold: this.hold, state };
    return [...Object.entries(directories).flatMap(([name, path]) => [`--${name}`, path]), '--docker', host, ...flags];
  }

  /** `bastion run`, which goes on until it is ended. */
  start(options: StartOptions = {}): Operator {
    const flags = ['--listen', 'none', '--log', 'text', ...(options.flags ?? [])];
    return this.#spawn(['run', ...this.flags({ ...options, flags })], options.state ?? this.state, options.env);
  }

  /** Any other command, to its end. */
  command(name: string, args: readonly string[] = [], options: StartOptions = {}): Promise<CommandOutcome> {
    return this.#spawn([name, ...args, ...this.flags(options)], options.state ?? this.state, options.env).ended();
  }

  /** The executable with exactly these arguments, through another program (`strace ...`) if one is given. */
  raw(args: readonly string[], through: readonly string[] = []): Promise<CommandOutcome> {
    const [program = this.#executable, ...before] = [...through, this.#executable];
    return this.#spawn([...before, ...args], this.state, {}, program).ended();
  }

  #spawn(
    args: readonly string[],
    stateDirectory: string,
    more: NodeJS.ProcessEnv = {},
    program = this.#executable,
  ): Operator {
    const env = { ...process.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock', NO_COLOR: '1', ...more };
    const operator = new Operator(program, args, { stateDirectory, directory: this.directory, env });
    this.#operators.push(operator);
    return operator;
  }

  /** What the human does to open a gate or to consent. */
  touch(file: string): void {
    const path = join(this.gates, file);
    writeFileSync(path, '', { flag: 'a' });
    const now = Date.now() / 1000;
    utimesSync(path, now, now);
  }

  history(state = this.state): HistoryLine[] {
    try {
      const lines = readFileSync(join(state, 'history.jsonl'), 'utf8').trimEnd().split('\n');
      return lines.map((line) => JSON.parse(line) as HistoryLine);
    } catch {
      return [];
    }
  }

  /** A container by its short name; fails when it is not there. */
  async inspect(short: string): Promise<ContainerInspect> {
    const found = await this.engine.inspectContainer(this.name(short));
    if (found === undefined) throw new Error(`there is no container ${this.name(short)}`);
    return found;
  }

  /** Names (without the instance) and ids of all of our containers, running or not, leftovers included. */
  async containers(): Promise<Record<string, string>> {
    const prefix = `/${this.instance}-`;
    const entries = (await this.engine.listContainers()).flatMap(({ Names, Id }) =>
      Names.filter((name) => name.startsWith(prefix)).map((name) => [name.slice(prefix.length), Id] as const),
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
