import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1 << 20;

/** Node and the shared libraries that it has loaded. */
export function filesOfNode(): readonly string[] {
  const { sharedObjects = [] } = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  return [process.execPath, ...sharedObjects.filter((path) => path.startsWith('/'))];
}

/**
 * Reads files from start to end, so that the page cache has them, and resolves to how many bytes that were. Under a limit
 * of 40 MB and on a disk that reads ahead by many megabytes, the exporter itself cannot do that: what is read ahead
 * pushes out what is needed, and nothing moves until somebody without the limit has read them.
 *
 * @throws file system errors
 */
export function readBeforehand(paths: readonly string[]): number {
  const buffer = Buffer.alloc(CHUNK);
  let bytes = 0;
  for (const path of paths) {
    const descriptor = openSync(path, 'r');
    try {
      for (let count = readSync(descriptor, buffer); count > 0; count = readSync(descriptor, buffer)) bytes += count;
    } finally {
      closeSync(descriptor);
    }
  }
  return bytes;
}
