import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/**
 * Imports a module as the exporter is built: bundled, without the helper that tsx calls for every function that is made.
 * `path` is relative to the repository.
 */
export async function importAsBuilt(path: string): Promise<Readonly<Record<string, unknown>>> {
  const root = join(import.meta.dirname, '../..');
  const outfile = join(root, '.cache', `as-built-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [path],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  try {
    return (await import(pathToFileURL(outfile).href)) as Readonly<Record<string, unknown>>;
  } finally {
    rmSync(outfile);
  }
}
