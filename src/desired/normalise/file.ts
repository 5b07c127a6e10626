import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FileSpec } from '../../model/file-specs.ts';
import type { FileManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';
import { readAccount } from './directory.ts';
import { readContent } from './file-content.ts';
import { readMode } from './file-mode.ts';
import { readCheck } from './file-check.ts';
import { readFilePath } from './host-path.ts';
import { readReactions } from './on-change.ts';

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
    check:
      spec.check === undefined
        ? undefined
        : readCheck(spec.check, posix.basename(spec.path), context, field.at('check')),
    onChange: readReactions(spec.onChange, field.at('onChange')),
  });
}
