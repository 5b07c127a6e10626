import type { Settings } from './arguments.ts';

/** What no manifest may write: whoever could write the configuration could allow himself every exception. */
export function reservedPlaces(settings: Settings): string[] {
  const { gatesDirectory, holdDirectory, stateDirectory, configFile, push } = settings;
  const more = [configFile, push.repository].filter((place) => place !== undefined && place !== '');
  return [gatesDirectory, holdDirectory, stateDirectory, ...more] as string[];
}
