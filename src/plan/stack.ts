import type { Condition, ConditionType } from '../model/condition.ts';
import type { Key, StackKind } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { blocked, progressing, ready, resourcePlan, type ConditionDraft, type ResourcePlan } from './draft.ts';
import { serviceVerdict } from './service/service-verdict.ts';
import { resourceVerdict } from './service/verdict.ts';

/** Parts that are told of by name; the rest is counted. */
const NAMED = 3;

/**
 * A high-level resource: Ready when all that was rendered from it is, and services say nothing against it. Its parts have
 * the steps; its own are those of the closed loops around its service.
 */
export function planStack(resource: Resource<StackKind>, context: PlanContext): ResourcePlan {
  const parts = partCondition(resource.spec.parts, context);
  return resourcePlan(resourceVerdict(parts, serviceVerdict(resource, context)));
}

/** What the parts come to: Ready, or what is waited for. Their troubles are told, and stay theirs. */
function partCondition(parts: readonly Key[], { decided }: PlanContext): ConditionDraft {
  const holding = (...types: readonly ConditionType[]): Condition[] =>
    parts.flatMap((key) => decided.get(key)?.conditions.filter(({ type }) => types.includes(type)) ?? []);
  const waiting = parts.filter((key) => decided.get(key)?.isReady !== true);
  const troubles = holding('Stalled', 'Degraded');
  const also = troubles.length === 0 ? '' : `; ${told(troubles)}`;
  if (waiting.length === 0) return ready('PartsReady', `${readyText(parts.length)}${also}`);
  const [stopped] = holding('Blocked');
  // Only what moves by itself is progress: what fails and what waits for a human must be seen to.
  if (holding('Progressing').length > 0 || (stopped ?? troubles[0]) === undefined)
    return progressing('PartsNotReady', `waits for ${listed(waiting)}${also}`);
  if (stopped === undefined) return blocked('PartsFailing', told(troubles));
  const stops = holding('Blocked');
  const isOne = waiting.length === stops.length && stops.every(({ message }) => message === stopped.message);
  return blocked(stopped.reason, `${isOne ? stopped.message : told(stops)}${also}`);
}

function readyText(count: number): string {
  if (count === 0) return 'others are rendered with it; it has no parts of its own';
  return count === 1 ? 'its part is ready' : `all ${count} parts are ready`;
}

/** What was said of parts; the same of several only once. */
function told(conditions: readonly Condition[]): string {
  const byMessage = new Map<string, Key[]>();
  for (const { key, message } of conditions) byMessage.set(message, [...(byMessage.get(message) ?? []), key]);
  const lines = [...byMessage].map(([message, keys]) => `${listed(keys)}: ${message}`);
  return `${lines.slice(0, NAMED).join('; ')}${rest(lines.length)}`;
}

function listed(keys: readonly Key[]): string {
  return `${keys.slice(0, NAMED).join(', ')}${rest(keys.length)}`;
}

function rest(count: number): string {
  return count > NAMED ? ` and ${count - NAMED} more` : '';
}
