import { constants } from 'node:fs';
import { open, readlink } from 'node:fs/promises';
import { isMissing, readErrorText } from '../../model/read-error-text.ts';

/** A file of a receiver that cannot be used; the message names the file and never what is in it. */
export class SecretFileError extends Error {
  override readonly name = 'SecretFileError';
}

/** A file that a manifest names. */
export interface NamedFile {
  /** As in the manifest. */
  readonly path: string;
  /** Where it is opened: with the prefix of `--root`. */
  readonly place: string;
  /** Why it must not be opened now, because its file system does not answer; absent: it may. */
  readonly silence?: string | undefined;
}

/**
 * Says why a file must not be used, or undefined.
 *
 * @param opened real path of what was opened, with the prefix
 * @param isPublic whether it is sent to nobody
 */
export type JudgeFile = (path: string, opened: string, isPublic: boolean) => string | undefined;

const LARGEST_SECRET = 8192;

/** Bytes; some hundred certificates. */
const LARGEST_AUTHORITY = 1_048_576;

/**
 * The one line of a secret file. Read anew for every try, so that it may be exchanged at any time.
 *
 * @throws SecretFileError when it cannot be read, when it must not be used, when others may read it or its group may
 * write it, and when it does not hold exactly one line of printable characters
 */
export async function readSecretLine(file: NamedFile, judge: JudgeFile): Promise<string> {
  const text = await readJudged(file, judge, { isPublic: false, largest: LARGEST_SECRET });
  const line = text.replace(/\r?\n$/, '');
  // What is more than a line could end a header and begin another.
  if (!/^[!-~]+$/.test(line))
    throw new SecretFileError(`${file.place} must hold exactly one line of printable characters, without blanks`);
  return line;
}

/**
 * Certificates (PEM), read anew for every try, too.
 *
 * @throws SecretFileError when it cannot be read, must not be used or holds no certificate
 */
export async function readAuthority(file: NamedFile, judge: JudgeFile): Promise<string> {
  const text = await readJudged(file, judge, { isPublic: true, largest: LARGEST_AUTHORITY });
  // Node would trust nobody, and say only that.
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    throw new SecretFileError(`${file.place} holds no certificate (PEM)`);
  return text;
}

async function readJudged(
  { path, place, silence }: NamedFile,
  judge: JudgeFile,
  { isPublic, largest }: { readonly isPublic: boolean; readonly largest: number },
): Promise<string> {
  if (silence !== undefined) throw new SecretFileError(`${place} cannot be read by the operator: ${silence}`);
  try {
    // Never waits for a pipe.
    const file = await open(place, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      // Of what is open, not of the name, which could be exchanged between a look and the reading.
      const problem = judge(path, await readlink(`/proc/self/fd/${file.fd}`), isPublic);
      if (problem !== undefined) throw new SecretFileError(`${place} is not used: ${problem}`);
      const stats = await file.stat();
      if (!stats.isFile()) throw new SecretFileError(`${place} is not a file`);
      if (!isPublic && (stats.mode & 0o027) !== 0) {
        const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
        throw new SecretFileError(
          `${place} has mode ${mode}: nobody but its owner may write it and only owner and group may read it (chmod 0640)`,
        );
      }
      if (stats.size > largest) throw new SecretFileError(`${place} is larger than ${largest} bytes`);
      return await file.readFile('latin1');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    throw new SecretFileError(
      isMissing(error)
        ? `there is no file ${place}: put it there, with mode 0640`
        : `${place} cannot be read by the operator: ${readErrorText(error)}`,
    );
  }
}
