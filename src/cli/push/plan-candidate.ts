import { join } from 'node:path';
import type { GateFiles } from '../../model/gates.ts';
import type { Plan } from '../../model/plan.ts';
import { touchCommand } from '../../plan/gate.ts';
import { planJson } from '../../plan/render-json.ts';
import { renderPlanText } from '../../plan/render-text.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { CandidatePlan } from '../../status/candidate-plan.ts';
import type { Settings } from '../arguments.ts';
import { planSummary } from '../plan.ts';
import { survey } from '../survey.ts';
import { candidateDirectory } from './candidate-directory.ts';

/** Where candidates lie below the releases. */
export function incomingDirectory(releases: string): string {
  return join(releases, 'incoming');
}

/**
 * Plans a candidate against what is there now, with the gates as they are, and writes nothing: the engine's client has no
 * mutating method. Rejects with a CommandError for a directory that is no candidate, and with a DesiredStateError for
 * one that holds nothing to go by.
 */
export async function planCandidate(directory: string, settings: Settings, clock: Clock): Promise<CandidatePlan> {
  const desiredDirectory = await candidateDirectory(directory, incomingDirectory(settings.push.releases));
  const { desired, gates, outcome } = await survey({ ...settings, desiredDirectory }, clock);
  const errors = desired.findings.filter(({ severity }) => severity === 'error').length;
  const valid = errors === 0 && desired.complete;
  const base = { valid, resources: desired.resources.length, findings: desired.findings };
  if (!valid) return { ...base, plan: null, text: 'not planned: the desired state is invalid' };
  if ('error' in outcome)
    return { ...base, plan: null, text: `not planned: the engine cannot be asked: ${outcome.error.message}` };
  return { ...base, plan: planJson(outcome.plan), text: candidateText(outcome.plan, gates) };
}

/** The steps, how many of them run now, and what waits at which gate and for which consent. */
export function candidateText(plan: Plan, gates: Pick<GateFiles, 'directory'>): string {
  const waiting = new Map<string, number>();
  for (const { blockedBy } of plan.steps)
    for (const { type, name } of blockedBy) if (type === 'gate') waiting.set(name, (waiting.get(name) ?? 0) + 1);
  const halts = [...waiting].sort().map(([key, count]) => {
    const gate = key.slice('Gate/'.length);
    const command = touchCommand(gates.directory, `${gate}.ok`);
    return `halts at gate ${gate}, ${count} ${count === 1 ? 'step' : 'steps'} behind it; when it is your turn: ${command}`;
  });
  const consents = plan.consents.map(({ file }) => `to consent: ${touchCommand(gates.directory, file)}`);
  const sum = plan.steps.length === 0 ? [] : [planSummary(plan)];
  return [renderPlanText(plan), ...halts, ...consents, ...sum].join('\n');
}
