import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, readErrorText } from '../../model/read-error-text.ts';

/** Group or others may write: whoever could exchange the program could run anything as the operator. */
const OTHERS_WRITE = 0o022;

/**
 * Path of a notification command. Only what a human put into the directory counts: a program of root or of the operator's
 * own user, in a directory of such a one, that nobody else may write.
 *
 * @returns the path, or in words why it is not run
 */
export async function findProgram(
  directory: string,
  name: string,
  user: number,
): Promise<{ readonly path: string } | { readonly problem: string }> {
  const wanted = join(directory, name);
  try {
    const path = await realpath(wanted);
    for (const [place, what] of [
      [directory, 'directory'],
      [path, 'program'],
    ] as const) {
      const { uid, mode } = await stat(place);
      if (uid !== 0 && uid !== user) return { problem: `${place} belongs to somebody else: give the ${what} to root` };
      if ((mode & OTHERS_WRITE) !== 0) return { problem: `${place} may be written by others: chmod go-w ${place}` };
    }
    const { mode } = await stat(path);
    const isProgram = (await stat(path)).isFile() && (mode & 0o111) !== 0;
    return isProgram ? { path } : { problem: `${wanted} is not a program: chmod +x ${wanted}` };
  } catch (error) {
    const problem = isMissing(error)
      ? `there is no program ${wanted}: put it there as root, install -m 0755 ${name} ${wanted}`
      : `the program ${wanted} cannot be read: ${readErrorText(error)}`;
    return { problem };
  }
}
