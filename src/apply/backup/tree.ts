import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** A file below a directory. */
export interface TreeFile {
  /** Relative, with slashes. */
  readonly path: string;
  readonly size: number;
}

/**
 * All files below a directory, sorted by path, so that what is made of them is the same each time.
 *
 * @throws Error for what is neither a file nor a directory: nothing of ours is; file system errors
 */
export async function listTree(directory: string): Promise<TreeFile[]> {
  const files: TreeFile[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const entry of (await readdir(join(directory, below))).sort()) {
      const path = below === '' ? entry : `${below}/${entry}`;
      const status = await lstat(join(directory, path));
      if (status.isDirectory()) await walk(path);
      else if (status.isFile()) files.push({ path, size: status.size });
      else throw new Error(`${join(directory, path)} is neither a file nor a directory`);
    }
  };
  await walk('');
  return files;
}
