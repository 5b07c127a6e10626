import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { CommandError } from '../errors.ts';

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
/** A push has been judged before it gets here; this only bounds what a look at it may cost. */
const MOST_ENTRIES = 50_000;

/**
 * The real path of a candidate: a directory named as a commit, right below the incoming directory, with no symlink that
 * leads out of it and nothing but files and directories. Who may push may have anything planned that they could push,
 * and have nothing else read.
 *
 * @throws CommandError that says what it is instead
 */
export async function candidateDirectory(directory: string, incoming: string): Promise<string> {
  const refuse = (why: string): never => {
    throw new CommandError(`${directory} cannot be planned: ${why}`);
  };
  if (dirname(directory) !== incoming || !COMMIT.test(basename(directory)))
    return refuse(`a candidate is a commit's directory right below ${incoming}`);
  const status = await lstat(directory).catch(() => undefined);
  if (status?.isDirectory() !== true) return refuse('it is no directory');
  const real = await realpath(directory);
  if (real !== join(await realpath(incoming), basename(directory))) return refuse('it lies elsewhere');

  const open = [real];
  let count = 0;
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const place = join(path, entry.name);
      count += 1;
      if (count > MOST_ENTRIES) return refuse(`it has more than ${MOST_ENTRIES} entries`);
      if (entry.isDirectory()) open.push(place);
      else if (entry.isSymbolicLink()) {
        const target = await realpath(place).catch(() => undefined);
        if (target === undefined || !`${target}${sep}`.startsWith(real + sep))
          return refuse(`${place.slice(real.length + 1)} is a symlink that leads out of it, or nowhere`);
      } else if (!entry.isFile()) return refuse(`${place.slice(real.length + 1)} is neither file nor directory`);
    }
  }
  return real;
}
