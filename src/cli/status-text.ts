import { formatFinding } from '../desired/format-finding.ts';
import { formatChange } from '../model/format-change.ts';
import { revisionText } from '../model/revision-text.ts';
import { markOf, shownFields } from '../status/step-mark.ts';
import type { StepJson } from '../model/step-json.ts';
import type { StatusJson } from '../status/status-json.ts';
import type { Operation } from '../model/step.ts';
import { consentsText, gatesText, warningsText } from './gates-text.ts';
import { styled, type Output } from './output.ts';
import { resourcesText } from './resources-text.ts';
import { heldByText } from '../status/held-by.ts';
import { ago, forAge } from '../status/times.ts';

type Colors = Pick<Output, 'color'>;

const HEADLINE_COLORS: Readonly<Record<string, 'green' | 'yellow' | 'magenta' | 'red'>> = {
  converged: 'green',
  progressing: 'yellow',
  waiting: 'magenta',
  failing: 'red',
  stopped: 'red',
};

function headline(status: StatusJson, output: Colors, now: number): string {
  const color = HEADLINE_COLORS[status.result] ?? 'yellow';
  const operator = status.running
    ? `operator ${status.version}, started ${ago(status.startedAt, now)}`
    : styled(output, 'yellow', 'the operator is not running; this was worked out just now');
  const commit = status.revision === null ? [] : [`commit ${revisionText(status.revision)}`];
  const engine = status.engine.reachable
    ? `engine ${status.engine.version}`
    : styled(output, 'red', 'engine unreachable');
  const clocks = status.running
    ? [
        status.clocks.converged === null ? 'not converged yet' : `converged ${ago(status.clocks.converged, now)}`,
        status.clocks.fullDiff === null ? 'not compared yet' : `compared in full ${ago(status.clocks.fullDiff, now)}`,
      ].join(', ')
    : undefined;
  const facts = [operator, ...commit, engine, ...(clocks === undefined ? [] : [clocks])].join(' · ');
  const told = status.engine.reachable || status.headline.includes(status.engine.message);
  const problem = told ? '' : `${status.engine.message}\n`;
  return `${styled(output, 'bold', status.instance)}: ${styled(output, color, status.headline)}\n${facts}\n${problem}`;
}

function section(title: string, body: string, output: Colors): string {
  return body === '' ? '' : `\n${styled(output, 'bold', title)}\n${body}`;
}

function troubleText(status: StatusJson, output: Colors, now: number): string {
  const lines: string[] = [];
  for (const { key, conditions } of status.resources)
    for (const { type, status: holds, reason, message, since, firstSince } of conditions) {
      if (!holds || (type !== 'Degraded' && type !== 'Stalled')) continue;
      lines.push(
        `  ${styled(output, 'red', 'x')} ${key}  ${styled(output, 'red', `${type} (${reason})`)}${forAge(firstSince ?? since, now)}\n      ${message}\n`,
      );
    }
  for (const { key, path } of status.plan.faults)
    lines.push(
      `  ${styled(output, 'yellow', '!')} ${key}  ${path} never reads back as written; it is left alone (please report it)\n`,
    );
  return lines.join('');
}

/** Closed loops that gave something up: `  ! Prometheus/prometheus  memory level 1 for 5 min: memory at 91 % of 512 MiB`. */
function levelsText(status: StatusJson, output: Colors, now: number): string {
  return status.levels
    .map(({ key, loop, level, since, cause, address }) => {
      const at = address === undefined ? '' : ` (${address})`;
      return `  ${styled(output, 'yellow', '!')} ${key}  ${loop} level ${level}${at}${forAge(since, now)}: ${cause}\n`;
    })
    .join('');
}

const SIGNS = { add: '+', change: '~', remove: '-' } as const;

/** A step of a plan for people: `~ UpdateContainer  Container/web  drift  mem_limit: want 64m, got 32m`. */
function stepText(step: StepJson, output: Colors, width: number): string {
  const mark = markOf({ op: step.op as Operation, cause: step.cause });
  const color = mark === 'add' ? 'green' : mark === 'change' ? 'yellow' : 'red';
  const held = step.blockedBy.length === 0 ? '' : styled(output, 'magenta', `  held by ${heldByText(step.blockedBy)}`);
  const changes = shownFields(step)
    .map((change) => `\n      ${formatChange(change)}`)
    .join('');
  return `  ${styled(output, color, SIGNS[mark])} ${step.op.padEnd(17)} ${step.target.padEnd(width)}  ${step.cause}${held}${changes}\n`;
}

function stepsText(status: StatusJson, output: Colors): string {
  const width = Math.max(0, ...status.plan.steps.map((step) => step.target.length));
  return status.plan.steps.map((step) => stepText(step, output, width)).join('');
}

/** `bastion status` on a terminal. `directory`: the desired state's, for the paths of findings; `now` in milliseconds since the epoch. */
export function statusText(status: StatusJson, directory: string, output: Colors, now: number): string {
  const findings = status.findings.map((finding) => `  ${formatFinding(finding, directory)}\n`);
  return [
    headline(status, output, now),
    section('Gates', gatesText(status.gates, output, now), output),
    section('Consents', consentsText(status.consents, output), output),
    section('Failing', troubleText(status, output, now), output),
    section('Pressure', levelsText(status, output, now), output),
    section('Desired state', findings.join(''), output),
    section('Without effect', warningsText(status.warnings, output), output),
    section('To do', stepsText(status, output), output),
    section('Resources', resourcesText(status, output, now), output),
  ].join('');
}
