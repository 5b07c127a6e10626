import type { BigIntStats } from 'node:fs';
import { createLimiter } from '../model/limiter.ts';
import type { ObservedPath } from '../model/observed.ts';
import { readErrorText } from '../model/read-error-text.ts';
import { isSettled, versionOf } from './file-version.ts';
import type { HostFiles, Links } from './host-files.ts';
import { isCode, MISSING_PATH, pathStatus, pathWithout } from './path-status.ts';
import { same } from './same.ts';

/** Bytes; what is larger is no certificate, key or request, and is not read. */
export const PARSED_SIZE_LIMIT = 1024 * 1024;

/** Files open at once. */
const SIDE_BY_SIDE = 16;

/** Why there is nothing to work with. */
export type Unusable =
  { readonly state: 'missing' } | { readonly state: 'unreadable' | 'unparsable'; readonly error: string };

/** A file, and what is in it. */
export interface LookedFile<Parsed> {
  readonly path: ObservedPath;
  readonly content: Parsed | Unusable;
}

export interface ParsedFilesOptions<Parsed> {
  readonly files: HostFiles;
  /** Milliseconds since the epoch, by the clock that file times come from. */
  readonly now: () => number;
  /** `keep`: a symlink is unreadable. */
  readonly links: Links;
  /** Whether errors begin with the path; else they begin with a verb, for those who put the path before them. */
  readonly tellsPath: boolean;
  /**
   * Makes a finding of a file's content; the buffer is wiped afterwards. What it throws must not quote the content.
   *
   * @param modifiedAt milliseconds since the epoch
   */
  readonly parse: (content: Buffer, modifiedAt: number) => Parsed;
}

interface Remembered<Parsed> {
  /** Undefined when the finding is not to be trusted again. */
  readonly version: string | undefined;
  readonly looked: LookedFile<Parsed>;
}

/** Small files of one format: each is parsed once for every version of it, and errors are values. */
export class ParsedFiles<Parsed extends { readonly state: 'parsed' }> {
  readonly #options: ParsedFilesOptions<Parsed>;
  readonly #limited = createLimiter(SIDE_BY_SIDE);
  #before = new Map<string, Remembered<Parsed>>();
  #present = new Map<string, Remembered<Parsed>>();

  constructor(options: ParsedFilesOptions<Parsed>) {
    this.#options = options;
  }

  /** What is there now; the same objects as before where nothing changed. */
  async look(path: string): Promise<LookedFile<Parsed>> {
    const before = this.#before.get(path);
    const fresh = await this.#fresh(path, before);
    const looked = fresh === before ? before.looked : keep(before?.looked, fresh.looked);
    this.#present.set(path, { version: fresh.version, looked });
    return looked;
  }

  /** Ends one look at everything: what was not looked at in it is forgotten. */
  sweep(): void {
    this.#before = this.#present;
    this.#present = new Map();
  }

  async #fresh(path: string, before: Remembered<Parsed> | undefined): Promise<Remembered<Parsed>> {
    const { files, links, now, parse, tellsPath } = this.#options;
    let status: BigIntStats | undefined;
    try {
      status = await files.status(path, 'keep');
      if (status?.isSymbolicLink() === true && links === 'follow') status = await this.#target(path);
    } catch (error) {
      return { version: undefined, looked: { path: pathWithout(error), content: this.#unreadable(path, error) } };
    }
    if (status === undefined)
      return { version: undefined, looked: { path: MISSING_PATH, content: { state: 'missing' } } };
    const version = versionOf(status);
    if (before?.version === version) return before;

    const found = pathStatus(status);
    const settled = isSettled(status, now()) ? version : undefined;
    const unusable = (state: 'unreadable' | 'unparsable', error: string): Remembered<Parsed> => ({
      version: settled,
      looked: { path: found, content: { state, error: tellsPath ? `${path} ${error}` : error } },
    });
    if (found.type !== 'file') return unusable('unreadable', `is ${NOUNS[found.type]}, not a file`);
    if (status.size > PARSED_SIZE_LIMIT) return unusable('unparsable', 'is larger than 1 MiB');
    if (status.size === 0n) return unusable('unparsable', 'is empty');
    let content: Buffer;
    try {
      content = await this.#limited(() => files.read(path, links, Number(status.size)));
    } catch (error) {
      // Access may be granted without a change of this file.
      return { version: undefined, looked: { path: found, content: this.#unreadable(path, error) } };
    }
    try {
      return { version: settled, looked: { path: found, content: parse(content, found.modifiedAt) } };
    } catch (error) {
      return unusable('unparsable', `cannot be used: ${(error as Error).message}`);
    } finally {
      content.fill(0);
    }
  }

  #unreadable(path: string, error: unknown): Unusable {
    if (isCode(error, 'ENOENT')) return { state: 'missing' };
    const phrase = phraseOf(path, error);
    return { state: 'unreadable', error: this.#options.tellsPath ? `${path} ${phrase}` : phrase };
  }

  async #target(path: string): Promise<BigIntStats> {
    const status = await this.#options.files.status(path, 'follow');
    // Nothing can be made under the name of a symlink that leads nowhere: it is not missing.
    if (status === undefined) throw new Error(`${path} is a symlink that leads nowhere`);
    return status;
  }
}

const NOUNS: Readonly<Record<ObservedPath['type'], string>> = {
  file: 'a file',
  directory: 'a directory',
  symlink: 'a symlink',
  other: 'a device, pipe or socket',
  missing: 'missing',
  unreadable: 'unreadable',
};

/** What is wrong, as one would go on after the path; what has no words of ours loses the call and path that Node puts behind it. */
function phraseOf(path: string, error: unknown): string {
  const text = readErrorText(error);
  if (text.startsWith(`${path} `)) return text.slice(path.length + 1);
  return `cannot be read: ${text.replace(/, \w+ '.*'$/s, '')}`;
}

function keep<Parsed>(before: LookedFile<Parsed> | undefined, after: LookedFile<Parsed>): LookedFile<Parsed> {
  if (before === undefined) return after;
  return same(before, { path: same(before.path, after.path), content: same(before.content, after.content) });
}
