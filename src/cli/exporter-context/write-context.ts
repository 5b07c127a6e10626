import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { exporterDockerfile } from './dockerfile.ts';
import type { NodeFile } from './node-files.ts';

/** All that ever lies in a context: whatever else is in a directory belongs to somebody. */
const ENTRIES = ['Dockerfile', 'adguard-exporter.js', 'rootfs'];
const ACCOUNTS = {
  passwd: 'root:x:0:0:root:/:/bin/false\nexporter:x:65532:65532:exporter:/:/bin/false\n',
  group: 'root:x:0:\nexporter:x:65532:\n',
};

/** What the image is to be built of. */
export interface ExporterContext {
  /** The program, one file. */
  readonly bundle: string;
  /** Image with Node, or the files that it consists of. */
  readonly node: string | readonly NodeFile[];
}

/** Something in a directory that no context has. */
export class ForeignEntry extends Error {
  override readonly name = 'ForeignEntry';
}

/**
 * Writes the build context into a directory, in place of an earlier one. It is complete before it takes the place, so
 * that an operator that watches never builds half of it.
 *
 * @throws ForeignEntry when the directory holds anything else; file system errors
 */
export async function writeExporterContext(directory: string, { bundle, node }: ExporterContext): Promise<void> {
  const foreign = (await entriesOf(directory)).find((name) => !ENTRIES.includes(name));
  if (foreign !== undefined)
    throw new ForeignEntry(
      `${directory} holds ${foreign}, which is no part of a build context: name another directory`,
    );
  await mkdir(dirname(directory), { recursive: true });
  const made = await mkdtemp(join(dirname(directory), `.${basename(directory)}-`));
  try {
    await copyFile(bundle, join(made, 'adguard-exporter.js'));
    await writeFile(join(made, 'Dockerfile'), exporterDockerfile(typeof node === 'string' ? node : undefined));
    if (typeof node !== 'string') await writeRootfs(join(made, 'rootfs'), node);
    await chmod(made, 0o755);
    await rm(directory, { recursive: true, force: true });
    await rename(made, directory);
  } catch (error) {
    await rm(made, { recursive: true, force: true });
    throw error;
  }
}

async function entriesOf(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function writeRootfs(rootfs: string, files: readonly NodeFile[]): Promise<void> {
  for (const { from, to } of files) {
    await mkdir(dirname(join(rootfs, to)), { recursive: true });
    await copyFile(from, join(rootfs, to));
    await chmod(join(rootfs, to), 0o755);
  }
  await mkdir(join(rootfs, 'etc'), { recursive: true });
  for (const [name, text] of Object.entries(ACCOUNTS)) await writeFile(join(rootfs, 'etc', name), text);
}
