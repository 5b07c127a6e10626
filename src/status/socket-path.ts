import { closeSync, constants, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** sun_path of sockaddr_un less its final zero: unix(7). */
const LONGEST_SOCKET_PATH = 107;

/** A path by which a Unix socket can be reached, good until `close`. */
export interface SocketPath {
  readonly path: string;
  close(): void;
}

/** The path itself, or, where it is too long for the system, one through an open descriptor of its directory. */
export function shortSocketPath(path: string): SocketPath {
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH || process.platform !== 'linux')
    return { path, close: () => undefined };
  const descriptor = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${descriptor}/${basename(path)}`, close: () => closeSync(descriptor) };
}
