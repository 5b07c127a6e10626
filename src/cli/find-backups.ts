import { isAbsolute, resolve } from 'node:path';
import { readDesiredState } from '../desired/load.ts';
import { parseKey, type Key } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import { withAnsweringMounts } from './answering-mounts.ts';
import type { Settings } from './arguments.ts';
import { CommandError } from './errors.ts';
import { nearest } from './nearest.ts';
import { readingOptions } from './reading-options.ts';

/** Where backups of one resource lie. */
export interface BackupPlace {
  /** Absent: it was named by its directory. */
  readonly key?: Key;
  readonly name: string;
  readonly directory: string;
  /** Whether one must have been read back to be relied on. */
  readonly verify: boolean;
}

/** The Backups of the desired state, sorted by name; a CommandError when it cannot be read. */
export async function listBackups(settings: Settings): Promise<BackupPlace[]> {
  return (await readBackups(settings)).backups;
}

async function readBackups(settings: Settings): Promise<{ backups: BackupPlace[]; complete: boolean }> {
  const { state } = await withAnsweringMounts((silenceAt) => readDesiredState(readingOptions(settings, silenceAt)));
  const backups = state.resources
    .filter((resource): resource is Resource<'Backup'> => resource.kind === 'Backup')
    .map(({ key, name, spec }) => ({ key, name, directory: spec.directory, verify: spec.verify }));
  return { backups, complete: state.complete };
}

/**
 * A Backup by its name or key; or by its directory, which needs no desired state: after a disaster there may be none.
 */
export async function findBackup(settings: Settings, wanted: string): Promise<BackupPlace> {
  if (isAbsolute(wanted)) return { name: wanted, directory: resolve(wanted), verify: false };
  const parsed = parseKey(wanted);
  const name = parsed?.kind === 'Backup' ? parsed.name : wanted;
  const { backups: all, complete } = await readBackups(settings);
  const found = all.find((backup) => backup.name === name);
  if (found !== undefined) return found;
  const meant = nearest(
    name,
    all.map((backup) => backup.name),
  );
  throw new CommandError(
    `${settings.desiredDirectory} has no ${complete ? '' : 'valid '}Backup/${name}${meant === undefined ? '' : `; did you mean ${meant}?`}${complete ? '' : '; see: bastion validate'} (or name the directory that holds its backups)`,
  );
}
