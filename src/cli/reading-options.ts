import type { SilenceAt } from '../desired/host-places.ts';
import type { LoadOptions } from '../desired/load.ts';
import { UNREAD_FILES } from '../desired/unread-files.ts';
import type { Settings } from './arguments.ts';
import { reservedPlaces } from './reserved-places.ts';

/**
 * How a command reads the desired state that plans nothing from it: by the rules of an operator, build contexts unread.
 *
 * @param silenceAt why a path must not be touched (`withAnsweringMounts`)
 */
export function readingOptions(settings: Settings, silenceAt: SilenceAt): LoadOptions {
  return {
    directory: settings.desiredDirectory,
    root: settings.root,
    reserved: reservedPlaces(settings),
    waivable: settings.allowExceptions,
    digests: UNREAD_FILES,
    silenceAt,
  };
}
