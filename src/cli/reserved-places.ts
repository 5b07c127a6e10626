import type { Settings } from './arguments.ts';

/** Directories of these settings that no manifest may write. */
export function reservedPlaces(settings: Settings): string[] {
  return [settings.gatesDirectory, settings.holdDirectory, settings.stateDirectory];
}
