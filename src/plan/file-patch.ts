import { createHash } from 'node:crypto';
import type { FieldChange } from '../model/fields.ts';
import type { FileSpec } from '../model/file-specs.ts';
import { formatChange } from '../model/format-change.ts';
import type { Patched } from '../model/memory.ts';
import type { ObservedPath } from '../model/observed.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { blocked, degraded, ready, resourcePlan, stalled, type ConditionDraft, type ResourcePlan } from './draft.ts';
import { planContent } from './file-content.ts';
import type { Difference } from './patch/decide.ts';
import { patchText } from './patch/patch-text.ts';

const NOTHING: Patched = {};

/** Conflicts that are told one by one. */
const TOLD = 5;

/**
 * One FilePatch and what is there to what is to be done about it. The file is its owner's: it is never made, what does not
 * concern us stays, and where the owner wants something else than we do, that is told and not fought over.
 */
export function planFilePatch(resource: Resource<'FilePatch'>, context: PlanContext): ResourcePlan {
  const { spec, key, attempt } = resource;
  const { observed, memory } = context.input;
  const path = observed.paths[spec.path];
  const unusable = whyUnusable(spec.path, path);
  if (unusable !== undefined) return resourcePlan({ conditions: [unusable] });
  const present = path as ObservedPath;
  const { text = '', digest = '', uid, gid, mode } = present;
  const wrote = memory.patched[key] ?? NOTHING;
  const patched = context.cache.remember(present, [spec, wrote], () =>
    patchText(text, { set: spec.set, overwrite: spec.overwrite, wrote }),
  );
  if ('problem' in patched)
    return resourcePlan({
      conditions: [degraded('Unpatchable', `${spec.path} ${patched.problem}; nothing is written until that is mended`)],
    });
  const content = patched.text;
  const wanted: FileSpec = {
    path: spec.path,
    content,
    encoding: 'utf8',
    digest: sha256(content),
    owner: String(uid),
    group: String(gid),
    mode,
    ...(spec.check === undefined ? {} : { check: spec.check }),
    onChange: spec.onChange,
  };
  const failure = memory.backoffs[key]?.error;
  const patch = { changes: patched.changes.map(fieldChange), replaces: digest, wrote: patched.wrote };
  const tried = `${attempt}+${wanted.digest.slice(0, 12)}`;
  const plan = planContent({ key, spec: wanted, attempt, tried, patch }, path, context);
  return {
    ...plan,
    conditions: [...ownConditions(plan, patched.conflicts), ...conflictConditions(spec.path, patched.conflicts)],
    // What dependents read is there.
    isUsable: patched.changes.length === 0,
    // The owner may have mended what the check refused.
    ignoresBackoff: plan.ignoresBackoff || (failure?.of !== undefined && failure.of !== wanted.digest),
  };
}

function whyUnusable(name: string, path: ObservedPath | undefined): ConditionDraft | undefined {
  if (path === undefined || path.type === 'missing')
    return blocked(
      'FileMissing',
      `${name} does not exist. It is somebody else's file and is not made here: put it there, or declare a File instead`,
    );
  if (path.type === 'unreadable') return degraded('Unreadable', `${name}: ${path.error ?? 'cannot be read'}`);
  if (path.type !== 'file') return stalled('NotAFile', `${name} is a ${path.type}; name the file itself`);
  if (path.text !== undefined) return undefined;
  return degraded('Unpatchable', `${name} is no text in UTF-8 of at most 256 KiB; nothing is written`);
}

/** Ready only where nobody contests a key. */
function ownConditions({ conditions }: ResourcePlan, conflicts: readonly Difference[]): ConditionDraft[] {
  return conditions.flatMap((condition) => {
    if (condition.type !== 'Ready') return [condition];
    return conflicts.length === 0 ? [ready('Present', 'every key as wanted')] : [];
  });
}

function conflictConditions(path: string, conflicts: readonly Difference[]): ConditionDraft[] {
  if (conflicts.length === 0) return [];
  const told = conflicts.slice(0, TOLD).map((conflict) => formatChange(fieldChange(conflict)));
  const more = conflicts.length > TOLD ? `; and ${conflicts.length - TOLD} more` : '';
  return [
    degraded(
      'OwnerConflict',
      `${path} holds values of its owner where the manifest wants others, and they stay: ${told.join('; ')}${more}. ` +
        `Take them out of set, change them in the file, or list their paths in overwrite`,
    ),
  ];
}

/** Numbers as text: what is in somebody else's file has no units that we know. */
function fieldChange({ path, want, got }: Difference): FieldChange {
  const shown = (value: FieldChange['got']): FieldChange['got'] => (typeof value === 'number' ? String(value) : value);
  return { path: `set.${path}`, want: shown(want), got: shown(got) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
