import { suggest } from '../suggest.ts';
import type { Rule, Violation } from './rule.ts';
import { violation } from './rule.ts';

/** Annotation with the rules that a resource may break, comma-separated. */
export const ALLOW = 'bastion.lab/allow';
/** Annotation that says why; required beside the other. */
export const ALLOW_REASON = 'bastion.lab/allow-reason';

/** Annotations to the names of the rules that do not hold for the resource, and what is wrong with the annotations. */
export function readExceptions(
  annotations: Readonly<Record<string, string>>,
  rules: readonly Rule[],
): { allowed: ReadonlySet<string>; violations: Violation[] } {
  const text = annotations[ALLOW];
  const reason = annotations[ALLOW_REASON]?.trim() ?? '';
  if (text === undefined) return { allowed: new Set(), violations: [] };
  const at = ['metadata', 'annotations', ALLOW];
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const possible = rules.filter((rule) => rule.exceptions).map((rule) => rule.name);
  const violations = names
    .filter((name) => !possible.includes(name))
    .map((name) => {
      if (rules.some((rule) => rule.name === name)) return violation(`${name} cannot be switched off`, ...at);
      const meant = suggest(name, possible);
      return violation(
        `${name} is not a rule${meant === undefined ? '.' : `; did you mean ${meant}?`} Rules are ${possible.join(', ')}`,
        ...at,
      );
    });
  if (reason === '')
    violations.push(violation(`an exception needs its reason: add the annotation ${ALLOW_REASON}`, ...at));
  return { allowed: new Set(violations.length === 0 ? names : []), violations };
}
