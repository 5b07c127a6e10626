import type { Settings } from './arguments.ts';

/**
 * What no manifest may write: whoever could write the configuration could allow himself every exception, and whoever
 * could write a notification command could run anything as the operator.
 */
export function reservedPlaces(settings: Settings): string[] {
  const { gatesDirectory, holdDirectory, stateDirectory, notifyCommands, configFile, push } = settings;
  const more = [configFile, push.repository].filter((place) => place !== undefined && place !== '');
  return [gatesDirectory, holdDirectory, stateDirectory, notifyCommands, ...more] as string[];
}
