import { lstat, readlink, symlink } from 'node:fs/promises';
import { syncDirectory } from '../../release/durable.ts';
import { dirname } from 'node:path';
import type { Deed } from './report.ts';

/** The link that the operator reads; whatever a person has there stays. */
export async function ensureLink(path: string, target: string): Promise<Deed> {
  const there = await lstat(path).catch(() => undefined);
  if (there === undefined) {
    await symlink(target, path);
    await syncDirectory(dirname(path));
    return { what: path, outcome: 'made', note: `leads to ${target}` };
  }
  const present = there.isSymbolicLink() ? await readlink(path) : undefined;
  if (present === target) return { what: path, outcome: 'there', note: '' };
  const is = present === undefined ? 'is yours' : `leads to ${present}`;
  const note = `${is}, and is what runs, not what is pushed; to change that, push what it holds, move it away and run this again`;
  return { what: path, outcome: 'left', note };
}
