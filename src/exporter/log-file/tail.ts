import { open, stat, type FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { GiveWay } from '../right-of-way.ts';
import { LineSplitter } from './line-splitter.ts';
import type { RawLine } from './raw-line.ts';

/** Where reading goes on after a restart: behind the last finished line of a file that is known by its number. */
export interface TailPosition {
  readonly inode: string;
  readonly offset: number;
}

export interface TailCounts {
  readonly rotations: number;
  readonly truncations: number;
  readonly oversized: number;
  /** Times that a file between the saved position and the present one was gone unread. */
  readonly gaps: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: string;
  offset: number;
  /** The bytes before the offset: a file that was cut and has grown again is known by them. */
  fingerprint: Buffer;
}

/** Read at once: to be called back for it costs as much as accounting thirty lines. */
const CHUNK = 512 * 1024;
/** Accounted at once, which takes a millisecond or two: a scrape waits no longer than that for its turn to begin. */
const PIECE = 64 * 1024;
/** How much of a file's end is searched for the beginning of its last line. */
const LAST_LINE = 64 * 1024;
const FINGERPRINT = 64;
/** After so much the caller gets its turn; what is left comes with the next poll. */
const MOST_A_POLL = 16 * 1024 * 1024;

/**
 * Follows a log file by polling: through renames (the old file is read to its end first), truncation (also when the file
 * has grown beyond the old place again), absence, unfinished and oversized lines. Watching would miss changes on bind
 * mounts.
 */
export class LogTail {
  readonly #path: string;
  readonly #giveWay: GiveWay;
  readonly #splitter = new LineSplitter();
  readonly #buffer = Buffer.allocUnsafe(CHUNK);
  #file: OpenFile | undefined;
  #saved: TailPosition | undefined;
  /** The first file that is found at the very start is read from its end, later ones from their beginning. */
  #first = true;
  /** The path has a new file; the old one gets one more poll, because its writer may not have moved on yet. */
  #succeeded = false;
  #rotations = 0;
  #truncations = 0;
  #gaps = 0;
  #unread = 0;

  constructor(path: string, saved?: TailPosition, giveWay: GiveWay = () => undefined) {
    this.#path = path;
    this.#giveWay = giveWay;
    this.#saved = saved;
  }

  get counts(): TailCounts {
    const { oversized } = this.#splitter;
    return { rotations: this.#rotations, truncations: this.#truncations, oversized, gaps: this.#gaps };
  }

  /** Bytes that the file had beyond what was read. */
  get unread(): number {
    return this.#unread;
  }

  /** Where to go on after a restart; undefined: nothing was read yet. */
  get position(): TailPosition | undefined {
    if (this.#file === undefined) return this.#saved;
    return { inode: this.#file.inode, offset: this.#file.offset - this.#splitter.unfinished };
  }

  /**
   * Reads what was added and calls back with every finished line. False: there is no file. Rejects with the system's error
   * when it cannot be read; the next poll tries again from the same place.
   */
  async poll(onLine: (line: RawLine) => void): Promise<boolean> {
    if (this.#file === undefined && !(await this.#openFirst())) {
      this.#first = false;
      return false;
    }
    this.#first = false;
    for (;;) {
      const file = this.#file;
      if (file === undefined) return false;
      await this.#drain(file, onLine);
      if (this.#file !== file || this.#unread > 0) return true;
      const present = await inodeAt(this.#path);
      if (present === undefined || present === file.inode) return present !== undefined;
      if (!this.#succeeded) {
        this.#succeeded = true;
        return true;
      }
      this.#succeeded = false;
      this.#splitter.flush(onLine);
      await this.close();
      this.#rotations++;
      this.#file = await openAt(this.#path, 0);
    }
  }

  /** Closes the file. A poll may follow; it goes on from the same place. */
  async close(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#saved = this.position;
    this.#file = undefined;
    this.#splitter.reset();
    await file.handle.close();
  }

  async #openFirst(): Promise<boolean> {
    const saved = this.#saved;
    for (const path of saved === undefined ? [] : [this.#path, `${this.#path}.1`]) {
      const file = await openAt(path, saved?.offset ?? 0);
      if (file !== undefined && file.inode === saved?.inode) {
        this.#file = file;
        return true;
      }
      await file?.handle.close();
    }
    this.#file = await openAt(this.#path, saved === undefined && this.#first ? 'end' : 0);
    if (this.#file === undefined) return false;
    if (saved !== undefined) this.#gaps++;
    this.#saved = undefined;
    return true;
  }

  async #drain(file: OpenFile, onLine: (line: RawLine) => void): Promise<void> {
    const { size } = await file.handle.stat();
    if (size < file.offset || (size > file.offset && !(await this.#isSame(file)))) {
      this.#truncations++;
      this.#splitter.reset();
      file.offset = 0;
      file.fingerprint = Buffer.alloc(0);
    }
    const end = Math.min(size, file.offset + MOST_A_POLL);
    while (file.offset < end) {
      const { bytesRead } = await file.handle.read(this.#buffer, 0, Math.min(CHUNK, end - file.offset), file.offset);
      if (bytesRead === 0) break;
      for (let from = 0; from < bytesRead; from += PIECE) {
        if (from > 0) await setImmediate();
        await this.#giveWay();
        // It was closed meanwhile: what is left comes with the next poll.
        if (this.#file !== file) return;
        this.#take(file, this.#buffer.subarray(from, Math.min(bytesRead, from + PIECE)), onLine);
      }
    }
    this.#unread = Math.max(0, size - file.offset);
  }

  #take(file: OpenFile, bytes: Buffer, onLine: (line: RawLine) => void): void {
    file.offset += bytes.length;
    file.fingerprint = Buffer.concat([file.fingerprint, bytes.subarray(-FINGERPRINT)]).subarray(-FINGERPRINT);
    this.#splitter.push(bytes, onLine);
  }

  async #isSame(file: OpenFile): Promise<boolean> {
    const wanted = file.fingerprint;
    if (wanted.length === 0) return true;
    const found = Buffer.alloc(wanted.length);
    const { bytesRead } = await file.handle.read(found, 0, found.length, file.offset - found.length);
    return bytesRead === found.length && found.equals(wanted);
  }
}

/** Opens a file at an offset, from its beginning when it is shorter; undefined: there is none. */
async function openAt(path: string, place: number | 'end'): Promise<OpenFile | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const { ino, size } = await handle.stat({ bigint: true });
    const offset = place === 'end' ? await afterLastLine(handle, Number(size)) : place <= Number(size) ? place : 0;
    const fingerprint = Buffer.alloc(Math.min(offset, FINGERPRINT));
    await handle.read(fingerprint, 0, fingerprint.length, offset - fingerprint.length);
    return { handle, inode: String(ino), offset, fingerprint };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Behind the last end of line near the end: a line that is being written now is read whole later. */
async function afterLastLine(handle: FileHandle, size: number): Promise<number> {
  const length = Math.min(size, LAST_LINE);
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await handle.read(bytes, 0, length, size - length);
  const last = bytes.subarray(0, bytesRead).lastIndexOf(10);
  return last === -1 ? size : size - length + last + 1;
}

async function inodeAt(path: string): Promise<string | undefined> {
  try {
    return String((await stat(path, { bigint: true })).ino);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
