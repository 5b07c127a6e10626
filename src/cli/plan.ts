import type { Plan } from '../model/plan.ts';
import { planJson } from '../plan/render-json.ts';
import { renderPlanText } from '../plan/render-text.ts';
import { runnableSteps } from '../runtime/components.ts';
import { isFailing } from '../runtime/pass-result.ts';
import { withoutEffect } from '../runtime/without-effect.ts';
import { counted } from '../model/counted.ts';
import type { DesiredState, Resource } from '../model/resource.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Settings } from './arguments.ts';
import type { Command } from './command.ts';
import { EXIT } from './errors.ts';
import { hintedCommand } from './hinted-command.ts';
import { styled, type Output } from './output.ts';
import { survey } from './survey.ts';
import { writeFindings } from './validate.ts';
import { withHints } from './with-hints.ts';

/** Steps that would run now, or all that is left waits for a human, or something is failing, or nothing is to do. */
export function planExitCode(plan: Plan, complete: boolean): number {
  if (!complete) return EXIT.failed;
  if (runnableSteps(plan.steps).length > 0) return EXIT.changes;
  if (isFailing(plan)) return EXIT.failed;
  const waiting = plan.steps.length > 0 || plan.consents.length > 0;
  return waiting || plan.conditions.some(({ type }) => type === 'Blocked') ? EXIT.waiting : EXIT.done;
}

function writeTrouble(plan: Plan, output: Output): void {
  for (const { key, type, reason, message } of plan.conditions)
    if (type === 'Degraded' || type === 'Stalled')
      output.write(
        `${styled(output, 'red', 'x')} ${key} ${styled(output, 'red', `${type} (${reason})`)}: ${message}\n`,
      );
    // The file is there: that it opens nothing must be said, also where no step waits behind it.
    else if (type === 'Blocked' && key.startsWith('Gate/') && (reason === 'SpecChanged' || reason === 'FileRefused'))
      output.write(`${styled(output, 'magenta', '!')} ${key} is closed (${reason}): ${message}\n`);
}

/** Whom a plan would remove things from, perhaps: undefined when all that it removes was wanted once. */
export function strangersText({ conditions }: Pick<Plan, 'conditions'>, stateDirectory: string): string | undefined {
  const keys = conditions.filter(({ reason }) => reason === 'NeverWanted').map(({ key }) => key);
  if (keys.length === 0) return undefined;
  return (
    `left alone: ${keys.join(', ')}: the name of this Bastion is on it, but it was never in this desired state. Another ` +
    `installation made it, or it is older than ${stateDirectory}. If it is in use elsewhere, give one of the two Bastions ` +
    'another name (metadata.name)'
  );
}

/** How many steps run now, and how many wait. */
export function planSummary(plan: Plan): string {
  const now = runnableSteps(plan.steps).length;
  const later = plan.steps.length - now;
  return [...(now > 0 ? [`${now} to do now`] : []), ...(later > 0 ? [`${later} waiting`] : [])].join(', ');
}

/** What a plan knows nothing of, behind what it says; empty when all of the desired state could be read. */
export function brokenText({ complete, findings }: Pick<DesiredState, 'complete' | 'findings'>): string {
  if (complete) return '';
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  return `, without what is broken: ${counted(errors, 'error')} in the desired state`;
}

/** What a plan leaves out: it dials no service. Undefined when no Certificate says where one would be dialled. */
export function unseenText(resources: readonly Resource[]): string | undefined {
  const consumers = resources.flatMap((resource) => (resource.kind === 'Certificate' ? resource.spec.consumers : []));
  const count = consumers.filter(({ served }) => served !== undefined).length;
  if (count === 0) return undefined;
  return `what ${count === 1 ? '1 service serves' : `${count} services serve`} was not looked at: bastion certs does`;
}

function deniedText({ stateDirectory, given }: Settings): string {
  const own = `sudo ${hintedCommand('plan', given)}`;
  return `${stateDirectory}/memory may not be read by you, so that what the operator remembers is not known: its own plan may be another; ${own} shows it`;
}

export const command: Command = async ({ settings, ...streams }) => {
  const errors = withHints(streams.errors, settings.given);
  const output = settings.json ? streams.output : withHints(streams.output, settings.given);
  const { desired, gates, isDenied, outcome } = await survey(settings, systemClock);
  writeFindings(desired.findings, settings.desiredDirectory, errors);
  const useless = withoutEffect(desired, gates, 'plan' in outcome ? outcome.plan : undefined);
  if (isDenied) useless.push(deniedText(settings));
  for (const text of useless) errors.write(`${styled(errors, 'yellow', '!')} ${text}\n`);
  if ('error' in outcome) throw outcome.error;
  const { plan } = outcome;
  if (settings.json) output.write(`${JSON.stringify(planJson(plan), undefined, 2)}\n`);
  else {
    const broken = brokenText(desired);
    const isEmpty = plan.steps.length === 0;
    output.write(`${renderPlanText(plan, { color: output.color })}${isEmpty ? broken : ''}\n`);
    for (const { file } of plan.consents) output.write(`to consent: touch ${gates.directory}/${file}\n`);
    const strangers = strangersText(plan, settings.stateDirectory);
    if (strangers !== undefined) output.write(`${styled(output, 'yellow', '!')} ${strangers}\n`);
    writeTrouble(plan, output);
    if (!isEmpty) output.write(`${styled(output, 'bold', planSummary(plan))}${broken}\n`);
    const unseen = unseenText(desired.resources);
    if (unseen !== undefined) output.write(`${styled(output, 'dim', unseen)}\n`);
  }
  return planExitCode(plan, desired.complete);
};
