import { constants } from 'node:fs';
import { lchown, open, type FileHandle } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import { getSystemErrorMap } from 'node:util';

/** Of bastion-owner.socket: there only where the unit is installed. */
const OWNER_SOCKET = '/run/bastion-owner.sock';
const PATIENCE_MILLISECONDS = 10_000;

/** How an owner is asked for where we may not set it; a test gives its own. */
export interface OwnerService {
  readonly socket: string;
}

/**
 * Changes the owner of what is open, -1 leaves user or group as it is. Where we may not (the service has no CAP_CHOWN, see
 * systemd/bastion.service), bastion-owner.service does it, if there is one.
 *
 * @throws the file system's error
 */
export async function changeOwner(
  handle: FileHandle,
  uid: number,
  gid: number,
  { socket }: OwnerService = { socket: OWNER_SOCKET },
): Promise<void> {
  try {
    await handle.chown(uid, gid);
  } catch (error) {
    await askInstead(error, socket, [handle.fd, '', uid, gid]);
  }
}

/**
 * `changeOwner` of an entry of a directory itself, also of a symlink.
 *
 * @throws the file system's error
 */
export async function changeEntryOwner(
  path: string,
  uid: number,
  gid: number,
  { socket }: OwnerService = { socket: OWNER_SOCKET },
): Promise<void> {
  try {
    await lchown(path, uid, gid);
  } catch (error) {
    const directory = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await askInstead(error, socket, [directory.fd, basename(path), uid, gid]);
    } finally {
      await directory.close();
    }
  }
}

/** @throws what was refused before, where nobody can be asked; what the service was refused */
async function askInstead(refused: unknown, socket: string, request: readonly (string | number)[]): Promise<void> {
  if (!isPermission(refused)) throw refused;
  const number = await ask(socket, request.join('\0')).catch(() => undefined);
  if (number === undefined) throw refused;
  if (number === 0) return;
  const [code, description] = getSystemErrorMap().get(-number) ?? [`E${number}`, 'unknown error'];
  const { path } = refused as NodeJS.ErrnoException;
  throw Object.assign(new Error(`${code}: ${description}, chown (by bastion-owner.service)`), {
    code,
    errno: -number,
    syscall: 'chown',
    ...(path === undefined ? {} : { path }),
  });
}

function isPermission(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EPERM';
}

/** @returns the errno that is answered */
function ask(socket: string, request: string): Promise<number> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const connection = connect({ path: socket, allowHalfOpen: true }, () => connection.end(request));
    connection.setTimeout(PATIENCE_MILLISECONDS, () => connection.destroy(new Error('no answer')));
    connection.setEncoding('utf8').on('data', (text: string) => (answer += text));
    connection.on('error', reject);
    connection.on('end', () => (/^\d+$/.test(answer) ? resolve(Number(answer)) : reject(new Error('no answer'))));
  });
}
