import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Everything below some paths as text, one line an entry: name, inode, mode, size, times and content. Reading is not
 * seen (access times are left out); any write, rename, creation or removal is.
 */
export function fileSnapshot(...paths: readonly string[]): string[] {
  return paths.flatMap(describe).sort();
}

function describe(path: string): string[] {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return [`${path} missing`];
  const content = stat.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
  const line = `${path} ${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs} ${content}`;
  return stat.isDirectory() ? [line, ...readdirSync(path).flatMap((name) => describe(join(path, name)))] : [line];
}
