import { createHash } from 'node:crypto';
import type { FileSpec, OnChange } from '../../model/specs.ts';
import type { FileManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { readAction } from './consumer-action.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';
import { readAccount } from './directory.ts';
import { readMilliseconds } from './duration.ts';
import { readContent } from './file-content.ts';
import { readMode } from './file-mode.ts';
import { readFilePath } from './host-path.ts';
import { readReference } from './reference.ts';
import { readCommand } from './shell-split.ts';

type Spec = FileManifest['spec'];

/** A validated File manifest's spec to its normal form; reads its source. `field` stands for `spec`. */
export function normaliseFile(spec: Spec, context: NormaliseContext, field: Field): FileSpec {
  const content = readContent(spec, context, field) ?? { content: '', encoding: 'utf8' as const };
  return defined({
    path: readFilePath(spec.path, field.at('path')) ?? spec.path,
    ...content,
    digest: createHash('sha256').update(Buffer.from(content.content, content.encoding)).digest('hex'),
    owner: readAccount(spec.owner, field.at('owner')),
    group: readAccount(spec.group, field.at('group')),
    mode: readMode(spec.mode, field.at('mode')) ?? 0,
    check: spec.check === undefined ? undefined : readCheck(spec.check, context, field.at('check')),
    onChange: spec.onChange.flatMap((entry, position) => readOnChange(entry, field.at('onChange', position)) ?? []),
  });
}

function readCheck(check: NonNullable<Spec['check']>, context: NormaliseContext, field: Field): FileSpec['check'] {
  const command = readCommand(check.command ?? [], field.at('command')) ?? [];
  if (command.length === 0) field.at('command').error('is empty');
  return { image: readReference(check.image, context.images, field.at('image')) ?? check.image, command };
}

function readOnChange(entry: Spec['onChange'][number], field: Field): OnChange | undefined {
  const action = readAction(entry, field);
  if (action === undefined) return undefined;
  if (action.type === 'none') return field.error('needs exactly one of signal, restart and http');
  if (entry.loaded === undefined) return { container: entry.container, action };
  const within = readMilliseconds(entry.loaded.within, field.at('loaded', 'within')) ?? 0;
  if (entry.loaded.contains === '') field.at('loaded', 'contains').error('is empty: any answer would hold it');
  return { container: entry.container, action, loaded: { ...entry.loaded, within } };
}
