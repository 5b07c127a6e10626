import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { isLeftOut } from '../model/build-context.ts';
import { StepError } from './step-error.ts';

const BLOCK = 512;
const NAME_LENGTH = 100;
/** Largest size that eleven octal digits hold. */
const SIZE_LIMIT = 0o77777777777;

/**
 * A directory as a tar archive (POSIX ustar, with pax records where a name is too long). Deterministic: sorted, no
 * times, no owners; the same names, modes and contents give the same bytes. Less what isLeftOut.
 *
 * @throws StepError CONTEXT_UNUSABLE for sockets, devices and pipes, and for a file that changes while it is read
 */
export async function* packDirectory(directory: string): AsyncGenerator<Buffer> {
  yield* packEntries(directory, '');
  yield Buffer.alloc(2 * BLOCK);
}

async function* packEntries(directory: string, prefix: string): AsyncGenerator<Buffer> {
  const names = (await readdir(directory)).filter((name) => !isLeftOut(name)).sort();
  for (const name of names) {
    const path = join(directory, name);
    const status = await lstat(path);
    const entry = prefix + name;
    if (status.isDirectory()) {
      yield* header(`${entry}/`, '5', status, 0, '');
      yield* packEntries(path, `${entry}/`);
    } else if (status.isSymbolicLink()) yield* header(entry, '2', status, 0, await readlink(path));
    else if (status.isFile()) yield* packFile(path, entry, status);
    else
      throw new StepError(
        'CONTEXT_UNUSABLE',
        `${path} is neither a file, a directory nor a symlink: remove it from the build context.`,
      );
  }
}

async function* packFile(path: string, entry: string, status: Stats): AsyncGenerator<Buffer> {
  if (status.size > SIZE_LIMIT)
    throw new StepError('CONTEXT_UNUSABLE', `${path} is larger than 8 GiB: keep it out of the build context.`);
  yield* header(entry, '0', status, status.size, '');
  let read = 0;
  for await (const chunk of createReadStream(path)) {
    const bytes = chunk as Buffer;
    read += bytes.length;
    if (read > status.size) break;
    yield bytes;
  }
  if (read !== status.size)
    throw new StepError('CONTEXT_UNUSABLE', `${path} changed while the build context was read; it is tried again.`);
  yield padding(read);
}

function* header(name: string, type: string, status: Stats, size: number, link: string): Generator<Buffer> {
  const records: string[] = [];
  if (Buffer.byteLength(name) > NAME_LENGTH) records.push(paxRecord('path', name));
  if (Buffer.byteLength(link) > NAME_LENGTH) records.push(paxRecord('linkpath', link));
  if (records.length > 0) {
    const body = Buffer.from(records.join(''));
    yield block('pax', 'x', 0o644, body.length, '');
    yield body;
    yield padding(body.length);
  }
  yield block(name, type, type === '2' ? 0o777 : status.mode & 0o7777, size, link);
}

/** One ustar header, see the pax(1) page of POSIX. */
function block(name: string, type: string, mode: number, size: number, link: string): Buffer {
  const bytes = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
  };
  Buffer.from(name).copy(bytes, 0, 0, NAME_LENGTH);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write('        ', 148, 'latin1');
  bytes.write(type, 156, 'latin1');
  Buffer.from(link).copy(bytes, 157, 0, NAME_LENGTH);
  bytes.write('ustar\x0000', 257, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}

/** `<length> <name>=<value>\n`, where the length counts itself. */
function paxRecord(name: string, value: string): string {
  const rest = Buffer.byteLength(` ${name}=${value}\n`);
  let length = rest + String(rest).length;
  if (String(length).length !== String(rest).length) length = rest + String(length).length;
  return `${length} ${name}=${value}\n`;
}

function padding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
}
