import { counted } from '../model/counted.ts';
import type { Plan } from '../model/plan.ts';
import type { GateStatus } from '../model/status.ts';
import { troubles } from './pass-result.ts';
import type { PassResult } from '../model/trace.ts';
import { TRIED_AGAIN } from '../model/tried-again.ts';

export interface HeadlineInput {
  readonly result: PassResult;
  readonly plan: Plan | undefined;
  readonly gates: readonly GateStatus[];
  /** Keys with steps in flight. */
  readonly running: readonly string[];
  /** Errors in the desired state. */
  readonly errors: number;
  /** Why there is no plan. */
  readonly stopped: string;
}

const NAMED = 3;
/** Reasons to be Blocked that are over once something else is no longer waited for. */
const FOLLOWS: ReadonlySet<string> = new Set([
  'BehindGate',
  'ConsumerWaits',
  'DependencyNotReady',
  'DependenciesNotReady',
]);

/** One line for people that says where things stand. */
export function headline({ result, plan, gates, running, errors, stopped }: HeadlineInput): string {
  if (result === 'stopped' || plan === undefined) return `stopped: ${stopped === '' ? 'not started yet' : stopped}`;
  const resources = new Set(plan.conditions.map(({ key }) => key)).size;
  switch (result) {
    case 'converged':
      return `converged: ${counted(resources, 'resource')} as wanted, nothing to do`;
    case 'progressing': {
      const awaited = plan.conditions.filter(({ type }) => type === 'Progressing').map(({ key }) => key);
      return `progressing: ${named([...new Set([...running, ...awaited])])}`;
    }
    case 'failing': {
      const broken = errors === 0 ? [] : [`${counted(errors, 'error')} in the desired state`];
      const failed = troubles(plan).map(({ key, reason }) => `${key} (${reason})`);
      if (broken.length + failed.length > 0) return `failing: ${named([...broken, ...failed])}`;
      return `failing: ${named(blockedTargets(plan, ['backoff', 'stalled']))} ${TRIED_AGAIN}`;
    }
    case 'waiting':
      return waiting(plan, gates);
  }
}

function waiting(plan: Plan, gates: readonly GateStatus[]): string {
  const turn = gates.filter(({ awaitingHuman }) => awaitingHuman);
  const parts = turn.map(({ key, since }) => {
    // Without an operator nobody knows since when.
    const when = since === 0 ? '' : ` since ${timeOfDay(since)}`;
    return `halted at gate ${key.slice('Gate/'.length)}${when}`;
  });
  const consents = plan.steps.flatMap(({ blockedBy }) => blockedBy.filter(({ type }) => type === 'consent'));
  if (consents.length > 0) parts.push(`waiting for consent ${named([...new Set(consents.map(({ name }) => name))])}`);
  const held = blockedTargets(plan, ['hold']);
  if (held.length > 0) parts.push(`held: ${named(held)}`);
  if (parts.length > 0) return parts.join('; ');
  const awaited = plan.conditions.filter(({ type, reason }) => type === 'Blocked' && !FOLLOWS.has(reason));
  const names = awaited.map(({ key, reason }) => `${key} (${reason})`);
  return names.length > 0 ? `waiting for you: ${named(names)}` : 'waiting for you';
}

function blockedTargets(plan: Plan, types: readonly string[]): string[] {
  const targets = plan.steps.filter((step) => step.blockedBy.some(({ type }) => types.includes(type)));
  return [...new Set(targets.map(({ target }) => target))];
}

function named(names: readonly string[]): string {
  const rest = names.length - NAMED;
  return rest > 0 ? `${names.slice(0, NAMED).join(', ')} and ${rest} more` : names.join(', ');
}

/** Local time, as on the human's own clock. */
function timeOfDay(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}
