import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/** A secret that cannot be used; the message names the file and never what is in it. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

const LARGEST = 8192;

/**
 * The one line of a secret file. Read anew for every try, so that it may be exchanged at any time.
 *
 * @throws SecretFileError when it cannot be read, when others may read it or its group may write it, and when it does
 * not hold exactly one line of printable characters
 */
export async function readSecretLine(path: string): Promise<string> {
  const text = await readPrivate(path);
  const line = text.replace(/\r?\n$/, '');
  // What is more than a line could end a header and begin another.
  if (!/^[!-~]+$/.test(line))
    throw new SecretFileError(`${path} must hold exactly one line of printable characters, without blanks`);
  return line;
}

async function readPrivate(path: string): Promise<string> {
  try {
    // Never waits for a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new SecretFileError(`${path} is not a file`);
      if ((stats.mode & 0o027) !== 0) {
        const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
        throw new SecretFileError(
          `${path} has mode ${mode}: nobody but its owner may write it and only owner and group may read it (chmod 0640)`,
        );
      }
      if (stats.size > LARGEST) throw new SecretFileError(`${path} is larger than ${LARGEST} bytes`);
      return await file.readFile('latin1');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new SecretFileError(`${path} cannot be read by the operator (${code})`);
  }
}
