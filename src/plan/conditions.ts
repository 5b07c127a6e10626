import type { Condition } from '../model/condition.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Resource } from '../model/resource.ts';
import type { Blocker } from '../model/step.ts';
import { TRIED_AGAIN } from '../model/tried-again.ts';
import { blocked, degraded, progressing, type ConditionDraft, type ResourcePlan } from './draft.ts';
import { touchCommand } from './gate.ts';

/** What holds for a resource, given what may run: planner's findings, blockers and failures in one list. */
export function conditionsOf(
  resource: Resource,
  plan: ResourcePlan,
  blockers: readonly Blocker[],
  input: PlanningInput,
): Condition[] {
  const drafts: ConditionDraft[] = [...plan.conditions];
  const isHeld = blockers.filter((blocker) => blocker.type === 'hold');
  if (plan.steps.length > 0) {
    removeType(drafts, 'Ready');
    if (blockers.length === 0) {
      if (!drafts.some((condition) => condition.type === 'Progressing'))
        drafts.push(progressing('Healing', `${plan.steps.length} steps to run`));
    } else {
      removeType(drafts, 'Progressing');
      const failure = input.memory.backoffs[resource.key];
      if (failure && blockers.some((blocker) => blocker.type === 'backoff'))
        drafts.unshift(failureCondition(resource, failure));
      if (blockers.some((blocker) => blocker.type !== 'backoff')) drafts.push(blockedCondition(blockers, plan, input));
    }
  } else if (isHeld.length > 0) drafts.push(heldCondition(isHeld, input));
  // One condition a type: the first says most (a failure of ours before what it led to).
  const byType = new Map([...drafts].reverse().map((condition) => [condition.type, condition]));
  return [...byType.values()].map((condition) => ({ key: resource.key, ...condition, observedHash: resource.hash }));
}

function removeType(drafts: ConditionDraft[], type: ConditionDraft['type']): void {
  for (let index = drafts.length - 1; index >= 0; index -= 1) if (drafts[index]?.type === type) drafts.splice(index, 1);
}

function failureCondition(
  resource: Resource,
  failure: {
    readonly failures: number;
    readonly terminal: boolean;
    readonly error: { readonly code: string; readonly message: string };
  },
): ConditionDraft {
  const times = failure.failures === 1 ? 'once' : `${failure.failures} times`;
  const tries = failure.terminal
    ? `not tried again until the spec changes, or: bastion retry ${resource.key}`
    : `tried ${times}, ${TRIED_AGAIN}`;
  return degraded(reasonOf(failure.error.code), `${failure.error.message} (${tries})`);
}

/** `IMAGE_UNAVAILABLE` to `ImageUnavailable`. */
export function reasonOf(code: string): string {
  return code.toLowerCase().replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function heldCondition(holds: readonly Blocker[], input: PlanningInput): ConditionDraft {
  const directory = input.gates.holdDirectory ?? `${input.gates.directory}/hold`;
  const files = holds.map((hold) => `${directory}/${hold.name.replace(/^hold\//, '')}`).join(' ');
  return blocked('Held', `left alone because a human put it on hold; go on with: rm ${files}`);
}

function blockedCondition(blockers: readonly Blocker[], plan: ResourcePlan, input: PlanningInput): ConditionDraft {
  const names = (type: Blocker['type']): string[] =>
    blockers.filter((blocker) => blocker.type === type).map((blocker) => blocker.name);
  const holds = blockers.filter((blocker) => blocker.type === 'hold');
  if (holds.length > 0) return heldCondition(holds, input);
  const gates = names('gate');
  if (gates.length > 0) return blocked('BehindGate', `waits behind ${gates.join(', ')}`);
  if (names('consent').length > 0 && plan.consent)
    return blocked(
      'AwaitingConsent',
      `would remove ${plan.consent.removes.join('; ')}. To allow exactly that: ${touchCommand(input.gates.directory, plan.consent.file)}`,
    );
  return blocked('DependencyNotReady', `waits for ${names('dependency').join(', ')}`);
}

/** Sorted by key, then type: the order of the plan's list. */
export function compareConditions(a: Condition, b: Condition): number {
  const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
  return order(a.key, b.key) || order(a.type, b.type) || order(a.reason, b.reason);
}
