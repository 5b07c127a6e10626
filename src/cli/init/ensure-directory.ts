import { chmod, chown, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Owner } from '../../release/durable.ts';
import type { WantedDirectory } from './places.ts';
import type { Deed } from './report.ts';

/** Makes a directory where there is none; one that is there stays as it is, and what lies in it is not looked at. */
export async function ensureDirectory(wanted: WantedDirectory, owner: Owner): Promise<Deed> {
  const { path, mode, purpose } = wanted;
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) return { what: path, outcome: 'there', note: '' };
  if (there !== undefined || (await lstat(path).catch(() => undefined)) !== undefined)
    return { what: path, outcome: 'left', note: 'is no directory, but has to be one; move it away and run this again' };
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await mkdir(path);
    await chmod(path, mode);
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    return { what: path, outcome: 'made', note: purpose };
  } catch (error) {
    return { what: path, outcome: 'failed', note: error instanceof Error ? error.message : String(error) };
  }
}
