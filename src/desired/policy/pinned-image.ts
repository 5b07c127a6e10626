import type { FieldPath } from '../field.ts';
import { parseReference } from '../normalise/reference.ts';
import { violation, type Rule, type Violation } from './rule.ts';

/** The same desired state must mean the same images tomorrow. */
export const pinnedImage: Rule = {
  name: 'pinned-image',
  exceptions: true,
  check(draft) {
    if (draft.kind === 'Container') return checkReference(draft.spec.image, ['spec', 'image']);
    if (draft.kind === 'Image') return checkReference(draft.spec.reference, ['spec', 'reference']);
    if ((draft.kind === 'File' || draft.kind === 'FilePatch') && draft.spec.check !== undefined)
      return checkReference(draft.spec.check.image, ['spec', 'check', 'image']);
    return [];
  },
};

function checkReference(text: string, path: FieldPath): Violation[] {
  const reference = parseReference(text);
  if (reference === undefined || reference.digest !== undefined) return [];
  if (reference.tag === undefined) return [violation(`image ${text} has no tag: pin it to a version`, ...path)];
  if (reference.tag === 'latest')
    return [violation(`image ${text} moves: pin it to a version instead of latest`, ...path)];
  return [];
}
