import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';

/** The same in a circle, begun at another one after every failure: nobody stays behind one that cannot be told. */
export function inTurn<T>(items: readonly T[], { key, attempt }: Resource, { input }: PlanContext): T[] {
  const failure = input.memory.backoffs[key];
  const failures = failure?.specHash === attempt ? failure.failures : 0;
  const from = items.length === 0 ? 0 : failures % items.length;
  return [...items.slice(from), ...items.slice(0, from)];
}
