import type { Condition, ConditionType } from '../model/condition.ts';
import type { Key, StackKind } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { blocked, progressing, ready, resourcePlan, type ConditionDraft, type ResourcePlan } from './draft.ts';
import { serviceVerdict } from './service/service-verdict.ts';
import { resourceVerdict } from './service/verdict.ts';

/** Parts that are told of by name; the rest is counted. */
const NAMED = 3;

/** How it is called that others are not there yet, or in trouble. */
interface Words {
  readonly waits: string;
  readonly fails: string;
  readonly because: (count: number) => string;
}

const PARTS: Words = { waits: 'PartsNotReady', fails: 'PartsFailing', because: () => '' };
const SERVERS: Words = {
  waits: 'AwaitingServer',
  fails: 'ServerFailing',
  because: (count) => (count === 1 ? ', which serves it' : ', which serve it'),
};

/**
 * A high-level resource: Ready when all that was rendered from it and all that serves it are, and services say nothing
 * against it. Its parts have the steps; its own are those of the closed loops around its service.
 */
export function planStack(resource: Resource<StackKind>, context: PlanContext): ResourcePlan {
  const { parts, servedBy = [] } = resource.spec;
  // What a person has come after this one cannot be waited for.
  const servers = servedBy.filter((key) => resource.dependsOn.includes(key));
  const standing =
    unready(parts, PARTS, context) ??
    unready(servers, SERVERS, context) ??
    ready('PartsReady', `${readyText(parts, servers)}${troubleText(parts, context)}`);
  return resourcePlan(resourceVerdict(standing, serviceVerdict(resource, context)));
}

/** What is waited for before all of these are Ready; undefined: nothing. Their troubles are told, and stay theirs. */
function unready(
  keys: readonly Key[],
  { waits, fails, because }: Words,
  context: PlanContext,
): ConditionDraft | undefined {
  const waiting = keys.filter((key) => context.decided.get(key)?.isReady !== true);
  if (waiting.length === 0) return undefined;
  const troubles = holding(keys, context, 'Stalled', 'Degraded');
  const stops = holding(keys, context, 'Blocked');
  const [stopped] = stops;
  // Only what moves by itself is progress: what fails and what waits for a human must be seen to.
  if (holding(keys, context, 'Progressing').length > 0 || (stopped ?? troubles[0]) === undefined)
    return progressing(waits, `waits for ${listed(waiting)}${because(waiting.length)}${troubleText(keys, context)}`);
  if (stopped === undefined) return blocked(fails, told(troubles));
  const isOne = waiting.length === stops.length && stops.every(({ message }) => message === stopped.message);
  return blocked(stopped.reason, `${isOne ? stopped.message : told(stops)}${troubleText(keys, context)}`);
}

function holding(keys: readonly Key[], { decided }: PlanContext, ...types: readonly ConditionType[]): Condition[] {
  return keys.flatMap((key) => decided.get(key)?.conditions.filter(({ type }) => types.includes(type)) ?? []);
}

function troubleText(keys: readonly Key[], context: PlanContext): string {
  const troubles = holding(keys, context, 'Stalled', 'Degraded');
  return troubles.length === 0 ? '' : `; ${told(troubles)}`;
}

function readyText({ length: count }: readonly Key[], servers: readonly Key[]): string {
  if (servers.length > 0) return `served by ${listed(servers)}`;
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
