import type { Condition, ConditionType } from '../model/condition.ts';
import type { Key, StackKind } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import {
  blocked,
  degraded,
  progressing,
  ready,
  resourcePlan,
  type ConditionDraft,
  type ResourcePlan,
} from './draft.ts';

/** Parts that are told of by name; the rest is counted. */
const NAMED = 3;

/** A high-level resource: Ready when all that was rendered from it is. It has no steps of its own for that. */
export function planStack(resource: Resource<StackKind>, context: PlanContext): ResourcePlan {
  return resourcePlan({ conditions: partConditions(resource, context) });
}

/** What the parts come to. Ready, or what is waited for; and what is wrong with any of them. */
function partConditions({ spec }: Resource<StackKind>, { decided }: PlanContext): ConditionDraft[] {
  const waiting = spec.parts.filter((key) => decided.get(key)?.isReady !== true);
  const held = (type: ConditionType): Condition[] =>
    spec.parts.flatMap((key) => decided.get(key)?.conditions.filter((condition) => condition.type === type) ?? []);
  const troubles = [...held('Stalled'), ...held('Degraded')];
  const trouble = troubles.length === 0 ? [] : [degraded(reasonOf(troubles), told(troubles))];
  if (waiting.length === 0) return [ready('Ready', partsText(spec.parts.length)), ...trouble];
  const moving = held('Progressing');
  if (moving.length > 0) return [progressing('PartsNotReady', `waits for ${listed(waiting)}`), ...trouble];
  const stopped = held('Blocked');
  if (stopped.length > 0) return [blocked(reasonOf(stopped), told(stopped)), ...trouble];
  return trouble.length > 0 ? trouble : [progressing('PartsNotReady', `waits for ${listed(waiting)}`)];
}

function partsText(count: number): string {
  return count === 0
    ? 'nothing is made of it alone'
    : count === 1
      ? 'its part is ready'
      : `its ${count} parts are ready`;
}

function reasonOf([first]: readonly Condition[]): string {
  return first?.reason ?? 'PartsNotReady';
}

/** What was said of parts; the same of several only once. */
function told(conditions: readonly Condition[]): string {
  const byMessage = new Map<string, Key[]>();
  for (const { key, message } of conditions) byMessage.set(message, [...(byMessage.get(message) ?? []), key]);
  const lines = [...byMessage].map(([message, keys]) => `${listed(keys)}: ${message}`);
  const more = lines.length - NAMED;
  return lines.slice(0, NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
}

function listed(keys: readonly Key[]): string {
  const more = keys.length - NAMED;
  return keys.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
