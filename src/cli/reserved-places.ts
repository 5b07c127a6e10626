import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Settings } from './arguments.ts';

/**
 * What no manifest may write: whoever could write the configuration could allow himself every exception, and whoever
 * could write a notification command could run anything as the operator.
 */
export function reservedPlaces(settings: Settings): string[] {
  const { gatesDirectory, holdDirectory, stateDirectory, notifyCommands, configFile, push } = settings;
  const more = [configFile, push.allowedSigners, push.keyring].filter((place) => place !== undefined);
  return [gatesDirectory, holdDirectory, stateDirectory, notifyCommands, ...more, ...pushPlaces(push)];
}

/**
 * Most of `/srv` is people's own; it is what is pushed to that no container may be given, once there is such a thing:
 * what runs must be what was checked, and who may push is decided by keys.
 */
function pushPlaces({ repository, releases }: Settings['push']): string[] {
  const home = releases === '' ? '' : dirname(releases);
  // Home of the user to whom people push: what a login reads and runs lies in it.
  if (home !== '' && home !== '/' && existsSync(join(home, '.ssh'))) return [repository, home].filter(existsSync);
  const beside = home === '' ? [] : [releases, join(home, 'current')];
  return [repository, ...beside].filter((place) => place !== '' && existsSync(place));
}
