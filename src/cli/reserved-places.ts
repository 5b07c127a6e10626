import type { Settings } from './arguments.ts';

/** What no manifest may write: whoever could write the configuration could allow himself every exception. */
export function reservedPlaces(settings: Settings): string[] {
  const { gatesDirectory, holdDirectory, stateDirectory, configFile } = settings;
  return [gatesDirectory, holdDirectory, stateDirectory, ...(configFile === undefined ? [] : [configFile])];
}
