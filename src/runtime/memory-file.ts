import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EMPTY_MEMORY } from '../model/memory.ts';
import type { Memory } from '../model/memory.ts';

export type Concern = keyof Memory;
export const CONCERNS = Object.keys(EMPTY_MEMORY) as readonly Concern[];

type Shape =
  | 'string'
  | Readonly<Record<string, 'string' | 'number' | 'boolean' | 'object' | 'array'>>
  | ((value: unknown) => boolean);

/** What a stored member must have, and as what, to be believed. */
const SHAPES: { readonly [C in Concern]: Shape } = {
  wanted: 'string',
  baselines: { containerId: 'string', engineVersion: 'string', specHash: 'string', fields: 'object', faults: 'object' },
  rolledBack: { specHash: 'string', reason: 'string', at: 'number' },
  replacements: { specHash: 'string', at: 'array' },
  backoffs: { specHash: 'string', failures: 'number', notBefore: 'number', error: 'object', terminal: 'boolean' },
  notified: 'string',
  patched: areListsOfValues,
  renewals: 'string',
  levels: areLevels,
  remediations: { specHash: 'string', restarts: 'number', at: 'number' },
  backupRequests: (value) => typeof value === 'number',
  backups: { name: 'string', startedAt: 'number', finishedAt: 'number', bytes: 'number' },
  oldest: { lowest: 'number', seenAt: 'number', startedAt: 'number' },
  sentinels: { id: 'string', inode: 'string' },
  gateWitness: { hash: 'string', changedAt: 'number' },
};

export interface LoadedMemory {
  readonly memory: Memory;
  /** Files that could not be used, with the reason. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  /** An operator worked here that did not record what it wanted (`Memory.wanted`); not: the record is lost. */
  readonly isOlder: boolean;
  /** Whoever reads may not, so that nothing is known of what is remembered. */
  readonly isDenied: boolean;
}

/** Path of one concern's file below the state directory. */
export function concernPath(stateDirectory: string, concern: Concern): string {
  return join(stateDirectory, 'memory', `${concern}.json`);
}

/** Reads what is remembered, and writes nothing. A missing file is empty; one that cannot be used is empty and told. */
export async function loadMemory(stateDirectory: string): Promise<LoadedMemory> {
  const problems: { path: string; message: string }[] = [];
  let isDenied = false;
  const entries = await Promise.all(
    CONCERNS.map(async (concern) => {
      const path = concernPath(stateDirectory, concern);
      try {
        return [concern, parseConcern(concern, await readFile(path, 'utf8'))] as const;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [concern, {}] as const;
        isDenied ||= error instanceof Error && 'code' in error && error.code === 'EACCES';
        problems.push({ path, message: error instanceof Error ? error.message : String(error) });
        return [concern, {}] as const;
      }
    }),
  );
  const memory = { ...EMPTY_MEMORY, ...Object.fromEntries(entries) };
  return { memory, problems, isOlder: await lacksWanted(stateDirectory), isDenied };
}

/** There are files, and neither the record of what was wanted nor one that was put aside. */
async function lacksWanted(stateDirectory: string): Promise<boolean> {
  const path = concernPath(stateDirectory, 'wanted');
  // What cannot be read is told of by then.
  const names = await readdir(dirname(path)).catch((): string[] => []);
  const complete = names.filter((name) => !name.endsWith('.new'));
  return complete.length > 0 && !complete.some((name) => name.startsWith(basename(path)));
}

/** Writes one concern so that after a crash either the old or the new text is there, whole. Throws what the disk says. */
export async function saveConcern(stateDirectory: string, concern: Concern, memory: Memory): Promise<void> {
  const path = concernPath(stateDirectory, concern);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const candidate = `${path}.new`;
  const file = await open(candidate, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ version: 1, entries: memory[concern] }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(candidate, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function parseConcern(concern: Concern, text: string): Record<string, unknown> {
  const document = JSON.parse(text) as unknown;
  if (!isRecord(document) || document['version'] !== 1 || !isRecord(document['entries'])) {
    throw new Error('it is not a memory file of version 1');
  }
  for (const [key, member] of Object.entries(document['entries'])) {
    if (!hasShape(member, SHAPES[concern])) throw new Error(`its entry ${key} is not of the form that ${concern} have`);
  }
  return document['entries'];
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'function') return shape(value);
  if (shape === 'string') return typeof value === 'string';
  if (!isRecord(value)) return false;
  return Object.entries(shape).every(([name, type]) => {
    const member = value[name];
    if (type === 'array') return Array.isArray(member);
    return type === 'object' ? isRecord(member) : typeof member === type;
  });
}

/** By loop; one that is not known (of a later version) does no harm. */
function areLevels(value: unknown): boolean {
  const level: Shape = { level: 'number', since: 'number', cause: 'string' };
  return isRecord(value) && Object.values(value).every((member) => hasShape(member, level));
}

/** By path of a key. */
function areListsOfValues(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every((member) => Array.isArray(member));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
