import { createHash } from 'node:crypto';
import { mkdir, open, realpath, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import type { Server } from 'node:net';
import { hostname } from 'node:os';

/** Another operator works on the same state directory. */
export class InstanceLockError extends Error {
  override readonly name = 'InstanceLockError';
  readonly code = 'INSTANCE_LOCKED';
  /** What the other operator says of itself; undefined when it did not answer. */
  readonly holder: string | undefined;

  constructor(stateDirectory: string, holder: string | undefined) {
    super(
      `another operator works on ${stateDirectory}: ${holder ?? 'it does not answer'}; ` +
        `stop it first, or give this one a state directory of its own (--state)`,
    );
    this.holder = holder;
  }
}

export interface InstanceLock {
  release(): Promise<void>;
}

const ANSWER_MILLISECONDS = 2_000;
const SOCKET_NAME = 'operator.sock';

/**
 * Takes the one lock on a state directory, or throws InstanceLockError with the other's pid. Two sockets, no lock file
 * that a crash could leave behind:
 * - an abstract one named after the directory's inode: taken atomically, released by the kernel even at kill -9, but
 *   seen within one network namespace only (unix(7));
 * - one in the directory itself, which reaches across network namespaces. After a crash its file is left, but nobody
 *   answers there, and the holder of the abstract socket removes it. Two operators that start in the same instant in two
 *   network namespaces may both pass; whoever bound last keeps the name. Operators on two machines are not kept apart.
 */
export async function lockInstance(stateDirectory: string): Promise<InstanceLock> {
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 });
  const path = await realpath(stateDirectory);
  const handle = await open(path, 'r');
  // A socket's path has at most 107 bytes; through the descriptor it is short however long the directory's is.
  const socket = process.platform === 'linux' ? `/proc/self/fd/${handle.fd}/${SOCKET_NAME}` : `${path}/${SOCKET_NAME}`;
  const servers: Server[] = [];
  try {
    if (process.platform === 'linux') {
      const { dev, ino } = await handle.stat();
      const digest = createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
      servers.push(await listenOrRefuse(`\0bastion-${digest}`, stateDirectory));
    }
    const other = await askHolder(socket);
    if (other.alive) throw new InstanceLockError(stateDirectory, other.text);
    await unlink(socket).catch(ignoreMissing);
    servers.push(await listenOrRefuse(socket, stateDirectory));
    return { release: () => release(servers, handle) };
  } catch (error) {
    await release(servers, handle);
    throw error;
  }
}

async function listenOrRefuse(address: string, stateDirectory: string): Promise<Server> {
  const server = createServer((connection) => {
    connection.on('error', () => connection.destroy());
    connection.end(`pid ${process.pid} on ${hostname()}`);
  });
  // The lock alone must not keep a process alive.
  server.unref();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(address, resolve));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new InstanceLockError(stateDirectory, (await askHolder(address)).text);
    }
    throw error;
  }
  return server;
}

function askHolder(address: string): Promise<{ alive: boolean; text?: string }> {
  return new Promise((resolve) => {
    let text = '';
    const connection = connect(address);
    const answer = (alive: boolean): void => {
      connection.destroy();
      resolve({ alive, ...(text === '' ? {} : { text }) });
    };
    connection.setTimeout(ANSWER_MILLISECONDS, () => answer(true));
    connection.on('data', (chunk) => (text += chunk.toString('utf8')));
    connection.on('end', () => answer(true));
    // Refused or missing: nobody listens. A socket that refuses us permission is somebody's.
    connection.on('error', (error) => answer('code' in error && error.code === 'EACCES'));
  });
}

async function release(servers: readonly Server[], handle: FileHandle): Promise<void> {
  for (const server of servers) await new Promise<void>((resolve) => server.close(() => resolve()));
  // Only now: closing removes the socket's file through this descriptor.
  await handle.close();
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}
