import { chmod, chown, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '../../scripts/support/run-command.ts';
import type { ImageRecipe } from './recipes.ts';

/**
 * Lays out an image's files below `rootfs`: the recipe's files, the shared libraries that they load (as `ldd` finds
 * them on this host, which has the packages' distribution), user names and /tmp. Needs root for foreign owners.
 *
 * @param unpacked Directory of the unpacked package.
 */
export async function buildRootfs(recipe: ImageRecipe, unpacked: string, rootfs: string): Promise<void> {
  for (const [from, to] of Object.entries(recipe.files)) {
    await place(join(unpacked, from), rootfs, to, to.includes('/bin/') ? 0o755 : 0o644);
    for (const library of await sharedLibraries(join(unpacked, from))) await place(library, rootfs, library, 0o755);
  }
  for (const [path, target] of Object.entries(recipe.links ?? {})) await symlink(target, join(rootfs, path));
  for (const [path, owner] of Object.entries(recipe.directories ?? {})) {
    await mkdir(join(rootfs, path), { recursive: true });
    await chown(join(rootfs, path), owner, owner);
  }
  await mkdir(join(rootfs, 'tmp'), { recursive: true });
  await chmod(join(rootfs, 'tmp'), 0o1777);
  await mkdir(join(rootfs, 'etc'), { recursive: true });
  await writeFile(join(rootfs, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n');
  await writeFile(join(rootfs, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
}

async function place(from: string, rootfs: string, to: string, mode: number): Promise<void> {
  const target = join(rootfs, to);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(from, target);
  await chmod(target, mode);
}

/** Absolute paths of what a program loads; none for a static program or a file that is no program. */
async function sharedLibraries(file: string): Promise<string[]> {
  const { code, output } = await runCommand(['ldd', file]);
  if (code !== 0) return [];
  const missing = output.match(/\S+(?= => not found)/g);
  if (missing !== null) throw new Error(`${file} needs libraries that this host lacks: ${missing.join(', ')}`);
  return output
    .split('\n')
    .map((line) => /(?:=>\s+)?(\/\S+)\s+\(0x/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}
