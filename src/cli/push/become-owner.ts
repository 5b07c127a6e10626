import { lstat, stat } from 'node:fs/promises';
import { CommandError } from '../errors.ts';

/** A call that Node's types lack. */
interface WithGroups {
  /** Takes all groups of a user, and one more. */
  initgroups?(user: number, group: number): void;
}

/**
 * Root becomes, for the rest of the process, whose these directories are: who owns a repository says in its configuration
 * what git runs, and in a directory of his a name may be a symlink to anything by the time it is written to. Others stay
 * who they are.
 *
 * @throws CommandError when they belong to a number that is nobody's
 */
export async function becomeOwner(directories: readonly string[]): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  for (const directory of directories) {
    // A symlink in its place says by its own owner who put it there.
    const owners = [await lstat(directory), await stat(directory)];
    const owner = owners.find(({ uid }) => uid !== 0);
    if (owner === undefined) continue;
    become(directory, owner);
    return;
  }
}

function become(directory: string, { uid, gid }: { readonly uid: number; readonly gid: number }): void {
  try {
    (process as WithGroups).initgroups?.(uid, gid);
  } catch (error) {
    throw new CommandError(
      `${directory} belongs to user ${uid}, and there is no such user: give it, and what is in it, to the user that pushes (chown -R)`,
      { cause: error },
    );
  }
  process.setgid?.(gid);
  process.setuid?.(uid);
}
