import { existsSync } from 'node:fs';
import type { Settings } from './arguments.ts';

/**
 * What no manifest may write: whoever could write the configuration could allow himself every exception, and whoever
 * could write a notification command could run anything as the operator.
 */
export function reservedPlaces(settings: Settings): string[] {
  const { gatesDirectory, holdDirectory, stateDirectory, notifyCommands, configFile, push } = settings;
  // Most of `/srv` is people's own; it is what is pushed to that no container may be given, once there is such a thing.
  const repository = existsSync(push.repository) ? push.repository : undefined;
  const more = [configFile, repository].filter((place) => place !== undefined);
  return [gatesDirectory, holdDirectory, stateDirectory, notifyCommands, ...more];
}
