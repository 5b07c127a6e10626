import { stat } from 'node:fs/promises';
import { Git } from '../../release/git.ts';
import { Releases } from '../../release/releases.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Settings } from '../arguments.ts';
import { CommandError } from '../errors.ts';
import { becomeOwner } from './become-owner.ts';
import { PushClient } from './push-client.ts';

/** What everything works with that has to do with pushes. */
export interface PushPlace {
  readonly settings: Settings;
  readonly git: Git;
  readonly releases: Releases;
  readonly operator: PushClient;
  readonly clock: Clock;
}

/**
 * Outside of hooks, root goes on as the owner of the repository.
 *
 * @throws CommandError where `bastion init` was not run
 */
export async function openPushPlace(
  settings: Settings,
  clock: Clock,
  options: { readonly environment: NodeJS.ProcessEnv; readonly inHook: boolean },
): Promise<PushPlace> {
  const { repository, releases, socket } = settings.push;
  for (const directory of [repository, releases])
    if ((await stat(directory).catch(() => undefined))?.isDirectory() !== true)
      throw new CommandError(`${directory} is not there: prepare this host with sudo bastion init`);
  if (!options.inHook) await becomeOwner([repository, releases]);
  return {
    settings,
    git: new Git({ repository, ...options }),
    releases: new Releases(releases),
    operator: new PushClient(socket),
    clock,
  };
}
