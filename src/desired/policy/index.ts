import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import type { Problem } from '../field.ts';
import type { HostPlaces } from '../host-places.ts';
import { allowedRoots } from './allowed-roots.ts';
import { readExceptions } from './exceptions.ts';
import { remedy } from './host-control.ts';
import { memoryLimitRequired } from './memory-limit-required.ts';
import { noPrivilegedHostAccess } from './no-privileged-host-access.ts';
import { noPublishedMetrics } from './no-published-metrics.ts';
import { noSecretsInManifest } from './no-secrets-in-manifest.ts';
import { pinnedImage } from './pinned-image.ts';
import type { Rule } from './rule.ts';

/** Every rule that looks at one resource; what needs several is in single-owner.ts. */
export const RULES: readonly Rule[] = [
  allowedRoots,
  memoryLimitRequired,
  noPrivilegedHostAccess,
  noPublishedMetrics,
  noSecretsInManifest,
  pinnedImage,
];

/**
 * All policies on one resource, less those that it opts out of.
 *
 * @param draft with host paths as they are written
 * @param waivable rules of HOST_CONTROL_RULES that the operator's configuration lets annotations waive
 * @param places where the paths really lie
 */
export function checkPolicies(
  draft: Draft,
  bastion: BastionSpec,
  waivable: readonly string[],
  places: HostPlaces,
): Problem[] {
  const { allowed, violations } = readExceptions(draft.annotations, RULES);
  return [
    ...violations.map((found) => ({ ...found, rule: 'exceptions' })),
    ...RULES.flatMap(({ name, check }) => {
      const annotated = allowed.has(name);
      return check(draft, bastion, places).flatMap(({ hostControl, ...found }) => {
        if (annotated && (hostControl !== true || waivable.includes(name))) return [];
        const todo = found.ofBastion === true ? 'name another directory' : remedy(name, annotated);
        return { ...found, message: hostControl === true ? `${found.message}: ${todo}` : found.message, rule: name };
      });
    }),
  ];
}
