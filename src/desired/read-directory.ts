import {
  closeSync,
  constants,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { isUtf8 } from 'node:buffer';
import { join, sep } from 'node:path';
import type { Finding } from '../model/resource.ts';
import { DesiredStateError } from './errors.ts';
import { SizeBudget } from './size-budget.ts';
import { isMissing, readErrorText } from '../model/read-error-text.ts';

/** A manifest file as read. */
export interface ManifestFile {
  /** Relative to the desired-state directory, with forward slashes. */
  readonly file: string;
  readonly text: string;
}

/** What a desired-state directory holds. */
export interface DirectoryContent {
  /** Sorted by path. */
  readonly files: readonly ManifestFile[];
  /** Files and directories that could not be read: whatever they held before is frozen. */
  readonly broken: readonly string[];
  readonly findings: readonly Finding[];
}

/** Bytes; far more than people write, little enough to parse in a moment. */
export interface ReadLimits {
  readonly file: number;
  readonly total: number;
  readonly files: number;
  readonly depth: number;
}

export const READ_LIMITS: ReadLimits = { file: 1 << 19, total: 4 << 20, files: 5000, depth: 16 };

const OUTSIDE = 'is a symlink that leads out of the desired-state directory: put a copy into it';

/**
 * Reads all *.yaml and *.yml below a directory. Entries that begin with a dot are skipped (.git). Symlinks are followed
 * unless they lead back up or out of the directory: what can be pushed must not be able to show what the host keeps.
 * Throws DesiredStateError when the directory itself is missing or cannot be read, or holds too much.
 */
export function readDirectory(directory: string, limits: ReadLimits = READ_LIMITS): DirectoryContent {
  const files: ManifestFile[] = [];
  const broken: string[] = [];
  const findings: Finding[] = [];
  let root = '';
  const budget = new SizeBudget();
  let total = 0;

  const reject = (file: string, message: string): void => {
    broken.push(file);
    findings.push({ severity: 'error', rule: 'file', source: { file, line: 1, column: 1 }, message });
  };

  const readFile = (file: string, size: number): void => {
    if (size > limits.file)
      return reject(
        file,
        `is ${size} bytes; a manifest may have ${limits.file}: split it, or name large content with source`,
      );
    if (total + size > limits.total)
      return reject(
        file,
        `all manifests together are larger than ${limits.total} bytes: move large content to files named with source`,
      );
    if (files.length >= limits.files) return reject(file, `there are more than ${limits.files} manifest files`);
    const bytes = readWithin(root, join(directory, file));
    if (bytes === undefined) return reject(file, OUTSIDE);
    total += bytes.length;
    if (bytes.length > limits.file) return reject(file, `grew past ${limits.file} bytes while it was read`);
    const text = decode(bytes);
    if (text === undefined)
      return reject(file, 'is not text in UTF-8: save it as UTF-8, or give it another file extension');
    budget.spend(file, text);
    files.push({ file, text });
  };

  const visit = (relative: string, above: readonly string[]): void => {
    const real = realpathSync(join(directory, relative));
    if (relative === '') root = real;
    else if (!real.startsWith(root + sep) && real !== root) return reject(relative, OUTSIDE);
    if (above.includes(real))
      return reject(relative, 'is a symlink that leads back to a directory above it: remove it');
    if (above.length > limits.depth) return reject(relative, `lies deeper than ${limits.depth} directories`);
    for (const name of readdirSync(real).sort()) {
      if (name.startsWith('.')) continue;
      const file = relative === '' ? name : `${relative}/${name}`;
      const manifest = /\.ya?ml$/.test(name);
      try {
        const stat = statSync(join(directory, file));
        if (stat.isDirectory() && manifest) reject(file, 'is a directory with the name of a manifest: rename it');
        else if (stat.isDirectory()) visit(file, [...above, real]);
        else if (manifest && stat.isFile()) readFile(file, stat.size);
        else if (manifest) reject(file, 'is not a regular file');
      } catch (error) {
        if (error instanceof DesiredStateError) throw error;
        // What is neither a manifest nor a directory (a dangling link to anything else) is nobody's business here.
        if (manifest && isMissing(error)) reject(file, 'is a symlink to a file that does not exist: mend or remove it');
        else if (!isMissing(error)) reject(file, `cannot be read: ${readErrorText(error)}`);
      }
    }
  };

  try {
    if (!statSync(directory).isDirectory())
      throw new DesiredStateError(
        'DESIRED_MISSING',
        `${directory} is not a directory; name the desired-state directory with --desired-state`,
      );
    visit('', []);
  } catch (error) {
    if (error instanceof DesiredStateError) throw error;
    const [code, message] = isMissing(error)
      ? ([
          'DESIRED_MISSING',
          `There is no desired-state directory ${directory}: make it, or name another with --desired-state`,
        ] as const)
      : ([
          'DESIRED_UNREADABLE',
          `The desired-state directory ${directory} cannot be read (${readErrorText(error)}): check its permissions`,
        ] as const);
    throw new DesiredStateError(code, message, { cause: error });
  }
  return { files, broken, findings };
}

/**
 * Bytes of a file, unless it lies elsewhere. What was opened is asked, not the path: whoever made the directory may exchange a
 * file for a symlink between two looks.
 */
function readWithin(root: string, path: string): Buffer | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(root + sep) ? readFileSync(descriptor) : undefined;
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString('utf8');
  return text.includes('\0') ? undefined : text.replace(/^\uFEFF/, '');
}
