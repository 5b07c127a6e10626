import { lstat, readdir, realpath } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import type { GateFile, GateFiles } from '../model/gates.ts';
import { carrierCheck } from './carried.ts';
import { untrustedDirectory, untrustedFile } from './strict.ts';
import { readErrorText } from '../model/read-error-text.ts';

export interface GateReading {
  /** Absolute path of the directory with the `*.ok` files. */
  readonly directory: string;
  /** Absolute path of the directory with the hold files. */
  readonly holdDirectory: string;
  readonly desiredDirectory: string;
  /** Count nothing that the operator or the world could have made. */
  readonly strict: boolean;
}

const SUFFIX = '.ok';
/** Hidden files and what editors leave behind. */
const BACKUP = /^\.|~$/;
/** `all`, or `<Kind>.<name>` with a slash of the name written as `_`; a pattern, so that editors' backups do not count. */
const HOLD = /^(all|[A-Z][A-Za-z]*\.[^/]*[^/~])$/;

/**
 * Reads gates, consents and holds. Never throws and never writes: what cannot be read counts as closed, and a hold
 * directory that cannot be read counts as a hold on everything.
 */
export async function readGates(options: GateReading): Promise<GateFiles> {
  const { holds, strayHolds, holdError } = await readHolds(options.holdDirectory);
  const base = { directory: options.directory, holdDirectory: options.holdDirectory, holds, strayHolds };
  try {
    return { ...base, ...(await readOpen(options)), ...(holdError === undefined ? {} : { error: holdError }) };
  } catch (error) {
    return { ...base, ...emptyRecords(), error: explain(options.directory, error) };
  }
}

async function readOpen(options: GateReading): Promise<Pick<GateFiles, 'open' | 'refused' | 'strayFiles'>> {
  const { open, refused } = emptyRecords();
  const directory = await lstat(options.directory);
  if (!directory.isDirectory()) throw new Error(`it is ${typeOf(directory)}; it must be a directory of its own`);
  const entries = await readdir(options.directory, { withFileTypes: true });
  const isGate = (name: string): boolean => name.endsWith(SUFFIX) && name !== SUFFIX;
  const names = entries.flatMap(({ name }) => (isGate(name) ? [name] : [])).sort();
  const strayFiles = entries
    .flatMap((entry) => (entry.isDirectory() || isGate(entry.name) || BACKUP.test(entry.name) ? [] : [entry.name]))
    .sort();
  if (names.length === 0) return { open, refused, strayFiles };
  const untrusted = options.strict ? await untrustedDirectory(options.directory, directory) : undefined;
  const carried = await carrierCheck(await realpath(options.directory), options.desiredDirectory, options.strict);
  for (const name of names) {
    const path = join(options.directory, name);
    const status = await lstat(path).catch((error: unknown) => error);
    const gate = name.slice(0, -SUFFIX.length);
    const reason = !isStats(status)
      ? `it cannot be read: ${readErrorText(status)}`
      : !status.isFile()
        ? `it is ${typeOf(status)}; only a regular file counts`
        : (untrusted ?? carried(name, status) ?? (options.strict ? await untrustedFile(path, status) : undefined));
    if (reason !== undefined) refused[gate] = reason;
    else if (isStats(status)) open[gate] = { name, modifiedAt: status.mtimeMs };
  }
  return { open, refused, strayFiles };
}

/** Without a prototype: a gate named `constructor` must not look open. */
function emptyRecords(): { open: Record<string, GateFile>; refused: Record<string, string> } {
  return {
    open: Object.create(null) as Record<string, GateFile>,
    refused: Object.create(null) as Record<string, string>,
  };
}

async function readHolds(
  directory: string,
): Promise<{ holds: ReadonlySet<string>; strayHolds: readonly string[]; holdError?: string }> {
  const strayHolds: readonly string[] = [];
  try {
    const names = (await readdir(directory)).sort();
    return {
      holds: new Set(names.filter((name) => HOLD.test(name))),
      strayHolds: names.filter((name) => !HOLD.test(name) && !BACKUP.test(name)),
    };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { holds: new Set(), strayHolds };
    // A brake that cannot be read is a brake that is on.
    return {
      holds: new Set(['all']),
      strayHolds,
      holdError: `hold directory ${directory} cannot be read: ${readErrorText(error)}`,
    };
  }
}

function explain(directory: string, error: unknown): string {
  if (codeOf(error) === 'ENOENT') {
    return `gates directory ${directory} does not exist: every gate counts as closed; mkdir -p ${directory}`;
  }
  return `gates directory ${directory} cannot be used: ${readErrorText(error)}; every gate counts as closed`;
}

function typeOf(status: Stats): string {
  if (status.isSymbolicLink()) return 'a symlink';
  if (status.isDirectory()) return 'a directory';
  return status.isFile() ? 'a file' : 'a special file';
}

function isStats(value: unknown): value is Stats {
  return typeof value === 'object' && value !== null && 'mtimeMs' in value;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
