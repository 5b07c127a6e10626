import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NODE_INSIDE } from './dockerfile.ts';

/** A file of this host, and where an image must have it. */
export interface NodeFile {
  readonly from: string;
  readonly to: string;
}

/** Libraries that glibc before 2.34 loads only when a name is looked up. */
const LOADED_LATER = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/**
 * The Node that runs this and the shared libraries that it has loaded, each at the place where it is looked for. Node
 * knows them itself, so neither `ldd` nor a C library of a certain kind is needed.
 */
export function nodeFiles(): readonly NodeFile[] {
  const { sharedObjects = [] } = process.report.getReport() as { readonly sharedObjects?: readonly string[] };
  const loaded = sharedObjects.filter((path) => path.startsWith('/'));
  const later = loaded
    .filter((path) => /\/libc\.so\.\d+$/.test(path))
    .flatMap((path) => LOADED_LATER.map((name) => join(dirname(path), name)))
    .filter((path) => existsSync(path) && !loaded.includes(path));
  return [
    { from: process.execPath, to: NODE_INSIDE },
    ...[...loaded, ...later].map((path) => ({ from: path, to: path })),
  ];
}
