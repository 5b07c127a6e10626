import type { GateFiles } from '../model/gates.ts';
import { isStackKey, type Key } from '../model/key.ts';
import type { DesiredState } from '../model/resource.ts';
import { holdName } from './draft.ts';

/** Hold files that hold one of these resources: those that name it, what it was rendered from, or all. */
export function holdsOn(keys: readonly Key[], { holds }: GateFiles, { resources }: DesiredState): string[] {
  // Nearly always, and this is asked of every resource in every pass.
  if (holds.size === 0) return [];
  const wanted = new Set(keys);
  const origins = resources.flatMap(({ key, renderedFrom }) =>
    renderedFrom !== undefined && isStackKey(renderedFrom) && wanted.has(key) ? renderedFrom : [],
  );
  return [...new Set(['all', ...[...keys, ...origins].map(holdName)])].filter((name) => holds.has(name));
}
