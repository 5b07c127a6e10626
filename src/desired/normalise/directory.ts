import type { DirectorySpec } from '../../model/specs.ts';
import type { DirectoryManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import { defined, unlessEmpty } from './defined.ts';
import { readMode } from './file-mode.ts';
import { readAbsolutePath } from './host-path.ts';

/** A validated Directory manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseDirectory(spec: DirectoryManifest['spec'], field: Field): DirectorySpec {
  return defined({
    path: readAbsolutePath(spec.path, field.at('path')) ?? spec.path,
    owner: readAccount(spec.owner, field.at('owner')),
    group: readAccount(spec.group, field.at('group')),
    mode: readMode(spec.mode, field.at('mode')) ?? 0,
    sentinel: unlessEmpty(spec.sentinel),
  });
}

/** Name or numeric id of a user or a group. */
export function readAccount(value: string | number | undefined, field: Field): string | undefined {
  if (value === undefined) return undefined;
  const text = String(value);
  return /^([a-z_][a-z0-9_-]{0,31}\$?|\d{1,10})$/i.test(text)
    ? text
    : field.error('is neither a name nor a numeric id');
}
