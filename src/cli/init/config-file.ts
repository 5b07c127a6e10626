import { readFile, lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory, writeNew } from '../../release/durable.ts';
import { configText } from './config-text.ts';
import type { Places } from './places.ts';
import type { Deed } from './report.ts';

/** The configuration file; one that is there stays as it is. */
export async function ensureConfigFile(places: Places): Promise<Deed> {
  const what = places.configFile;
  if ((await lstat(what).catch(() => undefined)) !== undefined) {
    const text = await readFile(what, 'utf8').catch(() => '');
    const note = `pushes are validated and not planned until it holds: push-socket: ${places.socket}`;
    return { what, outcome: 'there', note: /^push-socket:/m.test(text) ? '' : note };
  }
  // Who pushes reads it too; there is nothing secret in it.
  await writeNew(what, configText(places), 0o644, undefined);
  await syncDirectory(dirname(what));
  return { what, outcome: 'made', note: 'settings' };
}
