import { posix } from 'node:path';
import type { FieldValue } from '../../model/fields.ts';
import type { FilePatchSpec, KeyTree } from '../../model/file-specs.ts';
import { formatKeyPath, parseKeyPath } from '../../model/key-path.ts';
import { isTree, leavesOf } from '../../model/key-tree.ts';
import type { FilePatchManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import type { NormaliseContext } from './context.ts';
import { defined } from './defined.ts';
import { readCheck } from './file-check.ts';
import { readFilePath } from './host-path.ts';
import { readReactions } from './on-change.ts';

type Spec = FilePatchManifest['spec'];

/** A validated FilePatch manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseFilePatch(spec: Spec, context: NormaliseContext, field: Field): FilePatchSpec {
  const set = spec.set as KeyTree;
  requireValues(set, field.at('set'));
  return defined({
    path: readFilePath(spec.path, field.at('path')) ?? spec.path,
    set,
    overwrite: readOverwrite(spec.overwrite, set, field.at('overwrite')),
    check:
      spec.check === undefined
        ? undefined
        : readCheck(spec.check, posix.basename(spec.path), context, field.at('check')),
    onChange: readReactions(spec.onChange, field.at('onChange')),
  });
}

function requireValues(set: KeyTree, field: Field): void {
  if (Object.keys(set).length === 0) field.error('is empty: name at least one key');
  for (const { keys, value } of leavesOf(set))
    if (!isPlain(value)) field.at(...keys).error('is no value that YAML and JSON share, such as .nan');
}

function isPlain(value: FieldValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return (value as readonly FieldValue[]).every(isPlain);
  return isTree(value) ? Object.values(value).every(isPlain) : true;
}

/** Paths in one form, sorted. */
function readOverwrite(paths: readonly string[], set: KeyTree, field: Field): string[] {
  const leaves = leavesOf(set);
  const read = paths.flatMap((text, position) => {
    const keys = parseKeyPath(text);
    if (keys === undefined)
      return field.at(position).error('is no path of a key: write such as log.level, or http["a.b"].rule') ?? [];
    if (!leaves.some((leaf) => keys.every((key, depth) => leaf.keys[depth] === key)))
      return field.at(position).error('names no key of set') ?? [];
    return formatKeyPath(keys);
  });
  return [...new Set(read)].sort();
}
