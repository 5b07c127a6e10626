import type { FileSpec, KeyTree } from '../../model/file-specs.ts';
import { leavesOf } from '../../model/key-tree.ts';
import type { ListOrMap } from '../normalise/name-values.ts';
import type { FieldPath } from '../field.ts';
import { violation, type Rule, type Violation } from './rule.ts';
import { secretInArgument, secretInAssignment, secretInContent, secretInText } from './secret-text.ts';

const REMEDY =
  'manifests live in git: keep the secret in a file on the host (kind Secret) and mount it, or name it with a ..._FILE variable';

/** Git keeps what was once pushed, and inspect shows every environment variable to every user of the engine. */
export const noSecretsInManifest: Rule = {
  name: 'no-secrets-in-manifest',
  exceptions: false,
  check(draft) {
    const common = [
      ...checkPairs(draft.labels, ['metadata', 'labels']),
      ...checkPairs(draft.annotations, ['metadata', 'annotations']),
    ];
    if (draft.kind === 'File')
      return [
        ...common,
        ...checkContent(draft.spec.content, draft.spec.encoding, contentPath(draft.written)),
        ...checkCompanions(draft.spec),
      ];
    if (draft.kind === 'FilePatch') return [...common, ...checkTree(draft.spec.set), ...checkCompanions(draft.spec)];
    if (draft.kind === 'Image') return [...common, ...checkPairs(draft.written.build?.args, ['spec', 'build', 'args'])];
    if (draft.kind === 'Volume' || draft.kind === 'Network')
      return [
        ...common,
        ...checkPairs(draft.written.labels, ['spec', 'labels']),
        ...checkPairs(draft.written.driver_opts, ['spec', 'driver_opts']),
      ];
    if (draft.kind !== 'Container') return common;
    return [
      ...common,
      ...checkPairs(draft.written.environment, ['spec', 'environment']),
      ...checkPairs(draft.written.labels, ['spec', 'labels']),
      ...checkPairs(draft.written.logging?.options, ['spec', 'logging', 'options']),
      ...(['command', 'entrypoint'] as const).flatMap((name) => checkArguments(draft.spec[name] ?? [], ['spec', name])),
      ...checkArguments(draft.spec.healthcheck?.test ?? [], ['spec', 'healthcheck', 'test']),
    ];
  },
};

function refuse(why: string | undefined, path: FieldPath): Violation[] {
  return why === undefined ? [] : [violation(`${why}; ${REMEDY}`, ...path)];
}

function checkPairs(pairs: ListOrMap | undefined, path: FieldPath): Violation[] {
  if (pairs === undefined) return [];
  if (isList(pairs))
    return pairs.flatMap((text, position) => {
      const equals = text.indexOf('=');
      const why = equals < 0 ? secretInText(text) : secretInAssignment(text.slice(0, equals), text.slice(equals + 1));
      return refuse(why, [...path, position]);
    });
  return Object.entries(pairs).flatMap(([name, value]) =>
    refuse(secretInAssignment(name, String(value ?? '')), [...path, name]),
  );
}

function isList(pairs: ListOrMap): pairs is readonly string[] {
  return Array.isArray(pairs);
}

function checkArguments(list: readonly string[], path: FieldPath): Violation[] {
  return list.flatMap((argument) => refuse(secretInArgument(argument), path)).slice(0, 1);
}

/** Files that lie beside a candidate while it is checked. */
function checkCompanions({ check }: Pick<FileSpec, 'check'>): Violation[] {
  return Object.entries(check?.files ?? {}).flatMap(([name, text]) =>
    checkContent(text, 'utf8', ['spec', 'check', 'files', name]),
  );
}

function checkTree(set: KeyTree): Violation[] {
  return leavesOf(set).flatMap(({ keys, value }) => {
    const texts = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === 'string');
    return texts
      .flatMap((text) => refuse(secretInAssignment(keys.at(-1) ?? '', text), ['spec', 'set', ...keys]))
      .slice(0, 1);
  });
}

function contentPath(written: { readonly content?: string; readonly source?: string }): FieldPath {
  if (written.content !== undefined) return ['spec', 'content'];
  return ['spec', written.source === undefined ? 'contentBase64' : 'source'];
}

function checkContent(content: string, encoding: 'utf8' | 'base64', path: FieldPath): Violation[] {
  const text = encoding === 'utf8' ? content : Buffer.from(content, 'base64').toString('latin1');
  const found = secretInContent(text);
  return found === undefined ? [] : refuse(`line ${found.line} of the content: ${found.why}`, path);
}
