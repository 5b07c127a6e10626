import type { FileManifest } from '../../model/manifest-types.ts';
import type { OnChange } from '../../model/file-specs.ts';
import type { Field } from '../field.ts';
import { readAction } from './consumer-action.ts';
import { readMilliseconds } from './duration.ts';

type Written = FileManifest['spec']['onChange'][number];

/** Consumers of a file, in the order written; those that are wrong are reported and left out. */
export function readReactions(entries: readonly Written[], field: Field): OnChange[] {
  return entries.flatMap((entry, position) => readReaction(entry, field.at(position)) ?? []);
}

function readReaction(entry: Written, field: Field): OnChange | undefined {
  const { container, loaded } = entry;
  const action = readAction(entry, field);
  if (action === undefined) return undefined;
  if (action.type === 'none') return field.error('needs exactly one of signal, restart and http');
  requireName(entry.http?.tls?.serverName, field.at('http', 'tls', 'serverName'));
  if (loaded === undefined) return { container, action };
  const at = field.at('loaded');
  const within = readMilliseconds(loaded.within, at.at('within')) ?? 0;
  requireText(loaded.contains, at.at('contains'));
  (loaded.and ?? []).forEach(({ contains }, position) => requireText(contains, at.at('and', position, 'contains')));
  requireName(loaded.tls?.serverName, at.at('tls', 'serverName'));
  return { container, action, loaded: { ...loaded, within } };
}

function requireText(text: string, field: Field): void {
  if (text === '') field.error('is empty: any answer would hold it');
}

function requireName(name: string | undefined, field: Field): void {
  if (name !== undefined && !/^[\w:.-]+$/.test(name))
    field.error('is not a name that can be asked for, such as prometheus.lab: no scheme, port or *');
}
