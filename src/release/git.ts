import { spawn } from 'node:child_process';
import { ReleaseError } from './errors.ts';
import { isMissing, readErrorText } from '../model/read-error-text.ts';

/** What one call may take. What a push holds is not to be trusted: a few objects can make git write for ever. */
export interface GitLimits {
  /** Bytes of standard output. */
  readonly bytes: number;
  /** Records that end with a zero byte; counted only where given. */
  readonly records?: number;
  /** Milliseconds. */
  readonly time: number;
  /** What is said when there is more than that. */
  readonly tooLarge: string;
}

const LIMITS: GitLimits = { bytes: 4 << 20, time: 60_000, tooLarge: 'git has more to say than a commit can need' };
/** Bytes; more than a person reads. */
const LONGEST_COMPLAINT = 1 << 16;

interface RunOptions {
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly limits?: Partial<GitLimits>;
}

/** What git left. */
export interface GitOutcome {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitOptions {
  /** Bare repository. */
  readonly repository: string;
  /** Of the process. */
  readonly environment: NodeJS.ProcessEnv;
  /** Called by git: what it says of the pushed objects, which lie in quarantine until the hook agrees, is kept. */
  readonly inHook?: boolean;
  /** Whose files git makes; default: the process's own. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

/** How a hook is told where the objects of a push lie (git-receive-pack(1), QUARANTINE ENVIRONMENT). */
const QUARANTINE = ['GIT_QUARANTINE_PATH', 'GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES'];

/** Runs git on one bare repository, without a shell and without what the environment says of other repositories. */
export class Git {
  readonly repository: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #owner: GitOptions['owner'];

  constructor({ repository, environment, inHook = false, owner }: GitOptions) {
    this.repository = repository;
    this.#owner = owner;
    const kept = Object.entries(environment).filter(
      ([name]) => !name.startsWith('GIT_') || (inHook && QUARANTINE.includes(name)),
    );
    this.#environment = { ...Object.fromEntries(kept), GIT_DIR: repository, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
  }

  /**
   * Never rejects for what git says. A git that cannot be started, or that does not end in time, is a ReleaseError
   * GIT_FAILED, and one that writes too much TOO_LARGE; it is killed then.
   */
  run(args: readonly string[], { input, env = {}, limits = {} }: RunOptions = {}): Promise<GitOutcome> {
    const { bytes, records, time, tooLarge } = { ...LIMITS, ...limits };
    return new Promise((resolve, reject) => {
      const child = spawn('git', args, {
        cwd: this.repository,
        env: { ...this.#environment, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: time,
        killSignal: 'SIGKILL',
        ...this.#owner,
      });
      const giveUp = (error: ReleaseError): void => {
        child.kill('SIGKILL');
        // What git itself has started may still hold the other ends.
        child.stdout.destroy();
        child.stderr.destroy();
        reject(error);
      };
      const stdout: Buffer[] = [];
      let size = 0;
      let ended = 0;
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (records !== undefined) ended += countZeros(chunk);
        if (size > bytes || ended > (records ?? ended)) giveUp(new ReleaseError('TOO_LARGE', tooLarge));
        else stdout.push(chunk);
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        if (stderr.length < LONGEST_COMPLAINT) stderr += text;
      });
      child.on('error', (error) => {
        const reason = isMissing(error) ? 'there is no program git here: apt-get install git' : readErrorText(error);
        reject(new ReleaseError('GIT_FAILED', `git cannot be run: ${reason}`));
      });
      child.on('exit', (_, signal) => {
        if (signal !== null)
          giveUp(
            new ReleaseError(
              'GIT_FAILED',
              `git ${args[0] ?? ''} was ended by ${signal}; it may take ${time / 1000} s: try again when the host has less to do`,
            ),
          );
      });
      child.on('close', (code) => resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: stderr.trim() }));
      // It ends before it has read everything when it does not like the first of it; its code says so.
      child.stdin.on('error', () => undefined);
      child.stdin.end(input ?? '');
    });
  }

  /** Standard output; anything but code 0 is a ReleaseError with what git said. */
  async bytes(args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    const { code, stdout, stderr } = await this.run(args, options);
    if (code === 0) return stdout;
    throw new ReleaseError('GIT_FAILED', `git ${args[0] ?? ''} failed: ${stderr === '' ? `code ${code}` : stderr}`);
  }

  /** As text, without space around it. */
  async text(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await this.bytes(args, options)).toString('utf8').trim();
  }

  /** The commit that a name stands for; undefined: none. */
  async commit(name: string): Promise<string | undefined> {
    const { code, stdout } = await this.run([
      'rev-parse',
      '--verify',
      '--quiet',
      '--end-of-options',
      `${name}^{commit}`,
    ]);
    return code === 0 ? stdout.toString('utf8').trim() : undefined;
  }
}

function countZeros(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(0); at !== -1; at = chunk.indexOf(0, at + 1)) count += 1;
  return count;
}
