import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AdGuardState } from './adguard/adguard.ts';
import type { FuseState } from './adguard/credential-fuse.ts';
import { fieldsOf, listOf, numberOf, textOf } from './adguard/json-shape.ts';
import type { QueryLogState } from './adguard/query-log.ts';
import type { TailPosition } from './log-file/tail.ts';

/** What outlives a restart: read positions, so that nothing is counted twice, and the credential fuse. */
export interface ExporterState extends AdGuardState {
  readonly accessLog?: TailPosition;
  readonly fuse?: FuseState;
}

const MOST_BYTES = 1024 * 1024;

/** Keeps the state in a file of one line, replaced as a whole. Without a path nothing is kept. */
export class StateFile {
  readonly #path: string | undefined;
  #written = '';
  #writing: Promise<void> = Promise.resolve();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** What was kept; what cannot be read or understood is not there. `onDamage` is told why, when a file was there. */
  async read(onDamage: (reason: string) => void): Promise<ExporterState> {
    if (this.#path === undefined) return {};
    try {
      const text = await readFile(this.#path, 'utf8');
      if (text.length > MOST_BYTES) throw new Error('it is too long');
      return stateOf(JSON.parse(text));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onDamage(String(error));
      return {};
    }
  }

  /** Replaces the file when something changed; calls follow one another. Rejects with the system's error. */
  async write(state: ExporterState): Promise<void> {
    const path = this.#path;
    const text = `${JSON.stringify(state)}\n`;
    if (path === undefined || text === this.#written) return;
    const write = this.#writing.catch(() => undefined).then(() => replaceFile(path, text));
    this.#writing = write;
    await write;
    this.#written = text;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.next`;
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(beside, path);
}

function stateOf(value: unknown): ExporterState {
  const fields = fieldsOf(value) ?? {};
  const accessLog = positionOf(fields['accessLog']);
  const queryLogFile = positionOf(fields['queryLogFile']);
  const queryLog = queryLogOf(fields['queryLog']);
  const fuse = fuseOf(fields['fuse']);
  return {
    ...(accessLog === undefined ? {} : { accessLog }),
    ...(queryLogFile === undefined ? {} : { queryLogFile }),
    ...(queryLog === undefined ? {} : { queryLog }),
    ...(fuse === undefined ? {} : { fuse }),
  };
}

function positionOf(value: unknown): TailPosition | undefined {
  const { inode, offset } = fieldsOf(value) ?? {};
  const place = numberOf(offset);
  return textOf(inode) === '' || place === undefined || !Number.isSafeInteger(place) || place < 0
    ? undefined
    : { inode: textOf(inode), offset: place };
}

function queryLogOf(value: unknown): QueryLogState | undefined {
  const { watermark, seen } = fieldsOf(value) ?? {};
  if (!/^\d{1,20}$/.test(textOf(watermark))) return undefined;
  const entries = listOf(seen).flatMap((entry) => {
    const [id, microseconds] = listOf(entry).map(numberOf);
    return id === undefined || microseconds === undefined ? [] : [[id, microseconds] as const];
  });
  return { watermark: textOf(watermark), seen: entries };
}

function fuseOf(value: unknown): FuseState | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined) return undefined;
  const { at, version } = fieldsOf(fields['refused']) ?? {};
  const time = numberOf(at);
  const notBefore = numberOf(fields['notBefore']);
  return {
    ...(time === undefined ? {} : { refused: { at: time, version: textOf(version) } }),
    ...(notBefore === undefined ? {} : { notBefore }),
  };
}
