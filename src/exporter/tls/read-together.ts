import { readFile, realpath, stat } from 'node:fs/promises';

export interface FilesOfOneVersion {
  /** Changes with every change of any of the files. */
  readonly version: string;
  readonly contents: readonly Buffer[];
}

const ATTEMPTS = 5;

/** What tells versions of files apart: where each path leads, and the file there. Rejects when one is missing. */
export async function versionOf(paths: readonly string[]): Promise<string> {
  const versions = await Promise.all(
    paths.map(async (path) => {
      const target = await realpath(path);
      const { ino, size, mtimeNs } = await stat(target, { bigint: true });
      return `${target}:${ino}:${size}:${mtimeNs}`;
    }),
  );
  return versions.join('\n');
}

/**
 * Reads files that belong together (a key, its certificate, an authority) so that all are of one version: when the
 * directory behind them is exchanged meanwhile, as Kubernetes and our operator do with `..data`, they are read again.
 * Rejects with the system's error, or when they never hold still.
 */
export async function readTogether(paths: readonly string[]): Promise<FilesOfOneVersion> {
  let failure: unknown = new Error(`changed while they were read, ${ATTEMPTS} times: ${paths.join(', ')}`);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      const version = await versionOf(paths);
      const targets = await Promise.all(paths.map((path) => realpath(path)));
      const contents = await Promise.all(targets.map((target) => readFile(target)));
      if ((await versionOf(paths)) === version) return { version, contents };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
