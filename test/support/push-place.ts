import { mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { runCommand, type CommandResult } from '../../scripts/support/run-command.ts';
import { DesiredDirectory, manifest } from './desired-directory.ts';
import type { CommandOutcome, Operator } from './operator.ts';
import type { Workplace } from './workplace.ts';

/** A host prepared by `bastion init --root` in a workplace, and a person with a clone who pushes to it. */
export class PushPlace {
  readonly place: Workplace;
  /** The scratch directory of `bastion init`. */
  readonly root: string;
  /** The person's clone, edited as a desired state. */
  readonly work: DesiredDirectory;

  private constructor(place: Workplace) {
    this.place = place;
    this.root = join(place.directory, 'host');
    this.work = new DesiredDirectory(join(place.directory, 'clone'));
  }

  /** Prepares the host, and a clone with the starting state under the workplace's instance name, not pushed yet. */
  static async make(place: Workplace): Promise<PushPlace> {
    const made = new PushPlace(place);
    mkdirSync(made.root, { recursive: true });
    const { code, stdout, stderr } = await place.raw(['init', '--root', made.root]);
    if (code !== 0) throw new Error(`bastion init: ${stdout}${stderr}`);
    await made.git('clone', '--quiet', '-o', 'bastion', made.repository, '.');
    made.work.write('00-bastion.yaml', place.bastion());
    // A gate of its own; what is pushed here instead converges, and holds something besides the Bastion.
    made.work.remove('10-first-push.yaml');
    made.work.write('05-directory.yaml', manifest('Directory', 'kept', { path: join(place.directory, 'kept') }));
    return made;
  }

  get repository(): string {
    return join(this.root, 'srv/bastion/desired-state.git');
  }

  get releases(): string {
    return join(this.root, 'srv/bastion/releases');
  }

  get state(): string {
    return join(this.root, 'var/lib/bastion');
  }

  get config(): string {
    return join(this.root, 'etc/bastion/config.yaml');
  }

  get gates(): string {
    return join(this.root, 'etc/bastion/gates');
  }

  /** Commit that is current. */
  get current(): string {
    return basename(readlinkSync(join(dirname(this.releases), 'current')));
  }

  /** Adds lines to the host's configuration. */
  configure(lines: string): void {
    writeFileSync(this.config, `${lines}\n`, { flag: 'a' });
  }

  /** What the human does on the host. */
  touch(file: string): void {
    const path = join(this.gates, file);
    writeFileSync(path, '', { flag: 'a' });
    utimesSync(path, Date.now() / 1000, Date.now() / 1000);
  }

  /** The person's git in the clone; whoever's configuration this machine has does not matter. */
  async tryGit(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    signal = new AbortController().signal,
  ): Promise<CommandResult> {
    const all = { ...this.#identity(), ...env };
    const result = await runCommand(['git', ...args], { cwd: this.work.path, env: all, signal });
    // git clears the rest of a terminal's line after what comes from the other side.
    return { ...result, output: result.output.replaceAll(/ {8}$/gm, '') };
  }

  /** The same, to succeed. */
  async git(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.tryGit(args);
    if (code !== 0) throw new Error(`git ${args.join(' ')} failed:\n${output}`);
    return output;
  }

  /** Commits all that lies in the clone. @returns the commit */
  async commit(message = 'a change', ...flags: readonly string[]): Promise<string> {
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '-m', message, ...flags);
    return (await this.git('rev-parse', 'HEAD')).trim();
  }

  /** `git push bastion main`; the pusher's terminal is in the output. */
  push(args: readonly string[] = ['main'], env: NodeJS.ProcessEnv = {}): Promise<CommandResult> {
    return this.tryGit(['push', 'bastion', ...args], env);
  }

  /** `bastion run` on this host. */
  start(flags: readonly string[] = []): Operator {
    const desired = join(this.root, 'etc/bastion/desired-state');
    const places = ['--desired-state', desired, '--gates', this.gates, '--config', this.config];
    return this.place.start({ state: this.state, flags: [...places, ...flags] });
  }

  /** Any other command with the host's configuration. */
  command(name: string, ...args: readonly string[]): Promise<CommandOutcome> {
    return this.place.raw([name, ...args, '--config', this.config]);
  }

  /** Names of the releases, and of what is unfinished. */
  listed(): { releases: string[]; incoming: string[] } {
    const names = readdirSync(this.releases).filter((name) => /^[0-9a-f]{40}$/.test(name));
    return { releases: names.sort(), incoming: readdirSync(join(this.releases, 'incoming')) };
  }

  /** A release against its commit: every path whose content differs, is missing or is too much. */
  async differences(commit: string): Promise<string[]> {
    const directory = join(this.releases, commit);
    const listed = await runCommand(['git', '--git-dir', this.repository, 'ls-tree', '-r', '--name-only', commit]);
    const wanted = listed.output.trim().split('\n');
    const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
      (path) => !statSync(join(directory, path)).isDirectory(),
    );
    const wrong: string[] = [];
    for (const path of new Set([...wanted, ...found])) {
      const { code, output } = await runCommand(['git', '--git-dir', this.repository, 'show', `${commit}:${path}`]);
      if (code !== 0 || !found.includes(path) || readFileSync(join(directory, path), 'utf8') !== output)
        wrong.push(path);
    }
    return wrong;
  }

  #identity(): NodeJS.ProcessEnv {
    const person = { NAME: 'Ada', EMAIL: 'ada@example.org' };
    const names = Object.entries(person).flatMap(([part, value]) =>
      ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${part}`, value] as const),
    );
    return {
      ...Object.fromEntries(names),
      HOME: this.place.directory,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      // What a shell has set for the operator is not for the hooks.
      DOCKER_HOST: 'unix:///nonexistent/docker.sock',
    };
  }
}
