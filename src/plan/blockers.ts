import { isBackingOff } from '../model/backing-off.ts';
import type { Condition } from '../model/condition.ts';
import { isStackKey, type Key } from '../model/key.ts';
import type { PlanningInput } from '../model/planning-input.ts';
import type { Resource } from '../model/resource.ts';
import type { Blocker } from '../model/step.ts';
import type { ResourcePlan } from './draft.ts';
import { gateState } from './gate.ts';
import { holdsOn } from './holds.ts';

/** What has been decided of a resource that others depend on. */
export interface Decided {
  readonly plan: ResourcePlan;
  readonly conditions: readonly Condition[];
  /** Ready now, with nothing left to do. */
  readonly isReady: boolean;
  /** Ids of its steps; empty when none or when they may not run. */
  readonly runnableSteps: readonly string[];
}

/**
 * The closed gates behind which each resource lies, through any number of dependencies; a closed gate lies behind itself.
 *
 * @param ordered resources, each after all that it depends on
 */
export function closedGates(ordered: readonly Resource[], input: PlanningInput): ReadonlyMap<Key, ReadonlySet<Key>> {
  const gates = new Map<Key, ReadonlySet<Key>>();
  for (const resource of ordered) {
    const closed = new Set(resource.dependsOn.flatMap((key) => [...(gates.get(key) ?? [])]));
    if (resource.kind === 'Gate' && !gateState(resource, input).open) closed.add(resource.key);
    gates.set(resource.key, closed);
  }
  return gates;
}

/** What stands before resources, whatever they are planned to do. */
export interface Barriers {
  /** By `closedGates`. */
  readonly closed: ReadonlyMap<Key, ReadonlySet<Key>>;
  /** By `withheldByDirectories`. */
  readonly withheld: ReadonlyMap<Key, ReadonlySet<Key>>;
}

/** All that holds a resource's steps back, strongest first. Empty: they may run. */
export function blockersOf(
  resource: Resource,
  plan: ResourcePlan,
  { closed, withheld }: Barriers,
  decided: ReadonlyMap<Key, Decided>,
  input: PlanningInput,
): Blocker[] {
  const gates = new Set([resource.key, ...plan.alsoTouches].flatMap((key) => [...(closed.get(key) ?? [])]));
  const blockers: Blocker[] = [...gates].sort().map((gate) => ({ type: 'gate', name: gate }));
  blockers.push(...holdBlockers([resource.key, ...plan.alsoTouches], input));
  if (plan.consent && input.gates.open[plan.consent.file.replace(/\.ok$/, '')] === undefined)
    blockers.push({ type: 'consent', name: `gates/${plan.consent.file}` });
  const backoff = input.memory.backoffs[resource.key];
  if (
    backoff &&
    backoff.specHash === resource.attempt &&
    !plan.ignoresBackoff &&
    ((backoff.terminal && !plan.servesPrevious) || isBackingOff(backoff, input.now))
  )
    blockers.push({ type: 'backoff', name: backoff.error.code });
  // Whatever the steps are for: started or replaced now, it would write into the wrong directory.
  const wrong = new Set([resource.key, ...plan.alsoTouches].flatMap((key) => [...(withheld.get(key) ?? [])]));
  blockers.push(...[...wrong].sort().map((name): Blocker => ({ type: 'dependency', name })));
  for (const key of resource.dependsOn) {
    if (wrong.has(key) || !needsDependency(resource, key, plan, input)) continue;
    const dependency = decided.get(key);
    const follows = dependency && dependency.runnableSteps.length > 0 && dependency.plan.readyAfterSteps;
    if (!dependency || !(dependency.isReady || follows || dependency.plan.isUsable))
      blockers.push({ type: 'dependency', name: key });
  }
  return blockers;
}

/** Hold files that hold one of these resources. */
export function holdBlockers(keys: readonly Key[], input: PlanningInput): Blocker[] {
  return holdsOn(keys, input.gates, input.desired).map((name) => ({ type: 'hold', name: `hold/${name}` }));
}

/**
 * Order is for first starts: a container that already was as wanted is healed whatever its neighbours do. Gates are
 * not here, they hold always.
 */
function needsDependency(resource: Resource, key: Key, plan: ResourcePlan, input: PlanningInput): boolean {
  if (key.startsWith('Gate/') || plan.needs === 'nothing') return false;
  if (plan.needs === 'networks') return key.startsWith('Network/');
  if (key.startsWith('Container/')) return !wasReadyBefore(resource, input);
  return !isStackKey(key) || !(wasReadyBefore(resource, input) || plan.isUsable || isThere(resource, input));
}

function wasReadyBefore({ key, hash }: Resource, { memory }: PlanningInput): boolean {
  return memory.baselines[key]?.specHash === hash;
}

/** A file that stands may be brought up to date whatever becomes of a service that only had to be there first. */
function isThere(resource: Resource, { observed }: PlanningInput): boolean {
  return resource.kind === 'File' && observed.paths[resource.spec.path]?.type === 'file';
}
