import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Kind } from './key.ts';

/** How to treat a resource rather than what it is: changing these must not look like a change of the object. */
const CONTROL_FIELDS = new Set([
  'adopt',
  'healthyWithin',
  'runPolicy',
  'runAfter',
  'readiness',
  'external',
  'onChange',
  'check',
  'consumers',
  'overwrite',
]);

/**
 * Where a build context lies is no part of what is built, since its digest is: each release of `git push` lies elsewhere,
 * and a gate that is revalidated must not close for that.
 */
function withoutPlace(kind: Kind, spec: object): object {
  if (kind !== 'Image' || !('build' in spec) || typeof spec.build !== 'object' || spec.build === null) return spec;
  return { ...spec, build: { ...spec.build, context: undefined } };
}

/**
 * Hash over the whole normalised spec, the control fields included: what was tried. Failures are remembered under it, so
 * that also a longer `healthyWithin` or a corrected `check` is a reason to try again.
 */
export function attemptHash(kind: Kind, spec: object): string {
  return `v1:${createHash('sha256')
    .update(`${kind}\n${canonicalJson(withoutPlace(kind, spec))}`)
    .digest('hex')}`;
}

/** Normalised spec to `v1:<sha256>`. The prefix lets a later algorithm re-baseline instead of replacing everything. */
export function specHash(kind: Kind, spec: object): string {
  const hashed = Object.fromEntries(
    Object.entries(withoutPlace(kind, spec)).filter(([name]) => !CONTROL_FIELDS.has(name)),
  );
  return `v1:${createHash('sha256')
    .update(`${kind}\n${canonicalJson(hashed)}`)
    .digest('hex')}`;
}
