import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import type { Problem } from '../field.ts';
import { allowedRoots } from './allowed-roots.ts';
import { readExceptions } from './exceptions.ts';
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

/** All policies on one resource, less those that it opts out of. */
export function checkPolicies(draft: Draft, bastion: BastionSpec): Problem[] {
  const { allowed, violations } = readExceptions(draft.annotations, RULES);
  return [
    ...violations.map((found) => ({ ...found, rule: 'exceptions' })),
    ...RULES.filter((rule) => !allowed.has(rule.name)).flatMap((rule) =>
      rule.check(draft, bastion).map((found) => ({ ...found, rule: rule.name })),
    ),
  ];
}
