import { counted } from '../model/counted.ts';
import type { Condition } from '../model/condition.ts';
import type { Plan } from '../model/plan.ts';
import type { StatusSnapshot } from '../model/status.ts';
import { gateState } from '../plan/gate.ts';
import { loopsStatus } from '../plan/service/loops-status.ts';
import type { Clock } from '../runtime/clock.ts';
import { runnableSteps } from '../runtime/components.ts';
import { ConditionTracker } from '../runtime/condition-tracker.ts';
import { GateTracker } from '../runtime/gate-tracker.ts';
import { passResult } from '../runtime/pass-result.ts';
import { StatusView } from '../runtime/status-view.ts';
import { statusJson, type StatusJson } from '../status/status-json.ts';
import type { Settings } from './arguments.ts';
import { askOperator } from './control-client.ts';
import { hintedCommand } from './hinted-command.ts';
import { packageVersion } from './package-version.ts';
import { survey, type Survey } from './survey.ts';

/** Without an engine there is no plan; whether a gate is open is known all the same. */
function gatesOnly({ desired, gates, memory, at }: Survey): Plan {
  const conditions: Condition[] = [];
  for (const gate of desired.resources) {
    if (gate.kind !== 'Gate') continue;
    const input = { desired, gates, memory, now: at };
    const { open, reason, message } = gateState(gate, input);
    if (open) conditions.push({ key: gate.key, type: 'Ready', reason, message, observedHash: gate.hash });
  }
  return { digest: '', steps: [], conditions, consents: [], wakeAt: undefined, faults: [] };
}

/** What a survey of a command's desired state comes to, in the form in which a running operator tells it. */
export function snapshotOf(
  found: Survey,
  { desiredDirectory, given }: Pick<Settings, 'desiredDirectory' | 'given'>,
): StatusSnapshot {
  const { desired, gates, memory, outcome, at } = found;
  const conditions = new ConditionTracker();
  const gateTracker = new GateTracker();
  const plan = 'plan' in outcome ? outcome.plan : undefined;
  // Who looks once does not know since when anything is as it is.
  conditions.update(plan?.conditions ?? [], 0);
  gateTracker.update(desired, plan ?? gatesOnly(found), { gates, memory, now: at, since: 0 });
  const view = new StatusView({
    version: packageVersion,
    desiredDirectory,
    startedAt: 0,
    conditions,
    gates: gateTracker,
  });
  view.publish({
    result: plan === undefined ? 'stopped' : passResult(plan, false, desired.complete),
    stopped: 'error' in outcome ? outcome.error.message : '',
    desired,
    gates,
    plan,
    certificates: 'plan' in outcome ? outcome.certificates : [],
    loops: loopsStatus({ desired, memory }),
    running: [],
    clocks: { desiredRead: at, fullDiff: plan === undefined ? 0 : at, converged: 0, lastPass: 0 },
    engine:
      'error' in outcome
        ? { reachable: false, version: '', message: outcome.error.message }
        : { reachable: true, version: outcome.engineVersion, message: '' },
  });
  const snapshot = view.snapshot();
  const steps = runnableSteps(snapshot.plan.steps).length;
  // Nothing progresses while no operator runs.
  return steps === 0
    ? snapshot
    : { ...snapshot, headline: `${counted(steps, 'step')} would run now: ${hintedCommand('apply', given)}` };
}

/** Status as the running operator tells it, else worked out read-only; with `dial` also what is served is looked at. */
export async function obtainStatus(
  settings: Settings,
  clock: Clock,
  options: { readonly dial?: boolean } = {},
): Promise<StatusJson> {
  const told = await askOperator(settings.stateDirectory);
  return told ?? statusJson(snapshotOf(await survey(settings, clock, options), settings), false);
}
