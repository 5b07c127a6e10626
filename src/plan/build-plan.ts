import { createHash } from 'node:crypto';
import { isBackingOff } from '../model/backing-off.ts';
import { canonicalJson } from '../model/canonical-json.ts';
import type { Condition } from '../model/condition.ts';
import type { Key } from '../model/key.ts';
import type { ConsentRequest, Plan } from '../model/plan.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Resource } from '../model/resource.ts';
import type { Blocker, Step } from '../model/step.ts';
import { blockersOf, closedGates, holdBlockers, type Decided } from './blockers.ts';
import { compareConditions, conditionsOf } from './conditions.ts';
import { planContext } from './context.ts';
import { progressing, resourcePlan, riskOf, type StepDraft } from './draft.ts';
import { nextGateWitness, touchCommand } from './gate.ts';
import { dependencyOrder } from './order.ts';
import { PlanCache } from './plan-cache.ts';
import { planPrune, type Removal } from './prune.ts';
import { planResource } from './plan-resource.ts';
import { withheldByDirectories } from './sentinel.ts';
import { planSilent } from './silent.ts';

/** Why what nobody remembers having wanted is left alone. */
const STRANGE =
  'left alone: it has the name of this Bastion on it, but was never in this desired state. It was made by another ' +
  'installation, or before the state directory was new. If it is in use elsewhere, give one of the two Bastions another ' +
  'name (metadata.name).';

/**
 * Desired and observed state to what is to be done: pure and deterministic.
 *
 * INVARIANTS
 * - A step of a resource behind a closed gate always has that gate among its blockers.
 * - A step depends only on earlier steps, and none of those has blockers.
 * - Nothing is removed unless the whole desired state was read; volumes, and what was never wanted as far as is
 *   remembered, never without consent by name.
 *
 * @param cache remembers field diffs between passes; any or none gives the same plan
 */
export function buildPlan(input: PlanningInput, cache: PlanCache = new PlanCache()): Plan {
  const context = planContext(input, cache);
  const { decided } = context;
  const numberedSteps: Step[] = [];
  const conditions: Condition[] = [];
  const consents = new Map<string, ConsentRequest>();
  const faults: { key: Key; path: string }[] = [];
  let wakeAt: number | undefined;
  const wake = (at: number | undefined): void => {
    if (at !== undefined && (wakeAt === undefined || at < wakeAt)) wakeAt = at;
  };
  const append = (
    key: Key,
    drafts: readonly StepDraft[],
    after: readonly string[],
    blockedBy: readonly Blocker[],
  ): string[] => {
    let previous = [...after];
    return drafts.map((draft) => {
      const id = `#${numberedSteps.length + 1}`;
      numberedSteps.push({ id, target: key, ...draft, after: previous, risk: riskOf(draft.op), blockedBy });
      previous = [id];
      return id;
    });
  };

  const ordered = dependencyOrder(input.desired.resources);
  const barriers = { closed: closedGates(ordered, input), withheld: withheldByDirectories(input) };
  for (const resource of ordered) {
    const plan =
      planSilent(resource.key, input) ??
      (input.busy.has(resource.key)
        ? resourcePlan({
            conditions: [progressing('InProgress', 'steps of an earlier pass are running')],
            readyAfterSteps: false,
          })
        : planResource(resource, context));
    const blockers =
      plan.steps.length > 0
        ? blockersOf(resource, plan, barriers, decided, input)
        : holdBlockers([resource.key], input);
    const isRunnable = plan.steps.length > 0 && blockers.length === 0;
    const ids = append(resource.key, plan.steps, isRunnable ? lastSteps(resource, plan.needs, decided) : [], blockers);
    const isReady = plan.steps.length === 0 && plan.conditions.some((condition) => condition.type === 'Ready');
    const own =
      resource.kind === 'Gate'
        ? gateConditions(resource, plan.conditions, decided)
        : conditionsOf(resource, plan, blockers, input);
    decided.set(resource.key, { plan, conditions: own, isReady, runnableSteps: isRunnable ? ids : [] });
    conditions.push(...own);
    if (plan.consent) consents.set(plan.consent.file, plan.consent);
    faults.push(...plan.faults.map((path) => ({ key: resource.key, path })));
    wake(plan.wakeAt);
    const backoff = input.memory.backoffs[resource.key];
    if (
      backoff &&
      (!backoff.terminal || plan.servesPrevious) &&
      isBackingOff(backoff, input.now) &&
      blockers.some((blocker) => blocker.type === 'backoff')
    )
      wake(backoff.notBefore);
  }
  appendRemovals(planPrune(context), input, append, conditions, consents);

  return {
    digest: createHash('sha256').update(canonicalJson(numberedSteps)).digest('hex'),
    steps: numberedSteps,
    conditions: conditions.sort(compareConditions),
    consents: [...consents.values()].sort((a, b) => (a.file < b.file ? -1 : 1)),
    wakeAt,
    faults,
  };
}

/** The last runnable step of each dependency that a resource's steps need. */
function lastSteps(
  resource: Resource,
  needs: 'everything' | 'networks' | 'nothing',
  decided: ReadonlyMap<Key, Decided>,
): string[] {
  if (needs === 'nothing') return [];
  return resource.dependsOn
    .filter((key) => needs === 'everything' || key.startsWith('Network/'))
    .flatMap((key) => decided.get(key)?.runnableSteps.slice(-1) ?? []);
}

/** A closed gate is the human's turn only once all that it depends on is Ready. */
function gateConditions(
  gate: Resource<'Gate'>,
  drafts: readonly { type: Condition['type']; reason: string; message: string }[],
  decided: ReadonlyMap<Key, Decided>,
): Condition[] {
  const missing = gate.dependsOn.filter((key) => decided.get(key)?.isReady !== true);
  return drafts.map((draft) => {
    const condition = { key: gate.key, ...draft, observedHash: gate.hash };
    if (draft.type === 'Ready') return condition;
    return missing.length > 0
      ? {
          ...condition,
          reason: 'DependenciesNotReady',
          message: `not yet anybody's turn: waits for ${missing.join(', ')}`,
        }
      : { ...condition, reason: draft.reason === 'NoFile' ? 'AwaitingHuman' : draft.reason };
  });
}

function appendRemovals(
  removals: readonly Removal[],
  input: PlanningInput,
  append: (key: Key, drafts: readonly StepDraft[], after: readonly string[], blockedBy: readonly Blocker[]) => string[],
  conditions: Condition[],
  consents: Map<string, ConsentRequest>,
): void {
  const containerSteps: string[] = [];
  for (const { key, steps, consent, isStrange } of removals) {
    if (input.busy.has(key)) continue;
    const blockers = holdBlockers([key], input);
    const backoff = input.memory.backoffs[key];
    if (backoff && isBackingOff(backoff, input.now)) blockers.push({ type: 'backoff', name: backoff.error.code });
    if (consent) {
      consents.set(consent.file, consent);
      if (input.gates.open[consent.file.replace(/\.ok$/, '')] === undefined)
        blockers.push({ type: 'consent', name: `gates/${consent.file}` });
    }
    const isContainer = key.startsWith('Container/');
    const ids = append(key, steps, isContainer || blockers.length > 0 ? [] : [...containerSteps], blockers);
    if (isContainer && blockers.length === 0) containerSteps.push(...ids.slice(-1));
    const isBlocked = blockers.length > 0;
    const why = isStrange ? STRANGE : 'no longer wanted.';
    const message =
      isBlocked && consent
        ? `${why} To remove exactly ${consent.removes.join('; ')}: ${touchCommand(input.gates.directory, consent.file)}`
        : isBlocked
          ? `no longer wanted; waits for ${blockers.map((blocker) => blocker.name).join(', ')}`
          : (steps[0]?.cause ?? why);
    conditions.push({
      key,
      type: isBlocked ? 'Blocked' : 'Progressing',
      reason: !isBlocked ? 'Pruning' : !consent ? 'Held' : isStrange ? 'NeverWanted' : 'AwaitingConsent',
      message,
      observedHash: '',
    });
  }
}

/**
 * What every gate stands for now; the controller remembers it before it plans. Also of gates that are not revalidated:
 * once that is asked for, what changed meanwhile must be known.
 */
export function gateWitnesses(
  input: Pick<PlanningInput, 'desired' | 'memory' | 'now'>,
): PlanningInput['memory']['gateWitness'] {
  return Object.fromEntries(
    input.desired.resources
      .filter((resource): resource is Resource<'Gate'> => resource.kind === 'Gate')
      .map((gate) => [gate.key, nextGateWitness(gate, input.desired, input.memory, input.now)]),
  );
}
