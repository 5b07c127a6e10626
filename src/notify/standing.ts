import type { Key } from '../model/key.ts';
import type { NotificationSpec } from '../model/notification-spec.ts';
import { redactText } from '../model/redact.ts';
import { ENGINE_NOT_ASKED, type GateStatus, type StatusSnapshot } from '../model/status.ts';
import { certificateProblems, expiryId } from './certificate-problems.ts';
import type { Problem, Standing } from './problem.ts';
import { resourceProblems } from './resource-problems.ts';

const ENGINE = 'the engine';
const DESIRED = 'the desired state';
const SHOWN_FINDINGS = 5;

type Settings = Pick<NotificationSpec, 'settle' | 'unreachableAfter' | 'certificateExpiry'>;

function turnId(gate: Key): string {
  return `your turn at ${gate}`;
}

function gateProblem({ key, checklist, touch, behind }: GateStatus, settle: number): Problem {
  const name = key.slice('Gate/'.length);
  const waiting = behind.length === 0 ? [] : [`Behind it: ${behind.join(', ')}`];
  return {
    id: turnId(key),
    kind: 'halted',
    stage: JSON.stringify(checklist),
    rank: 1,
    settle,
    priority: 4,
    title: `halted at gate ${name}: it is your turn`,
    message: [...checklist.map((item) => `[ ] ${item}`), ...waiting].join('\n'),
    subjects: [key],
    command: touch,
  };
}

function consentProblem({ touch, removes }: StatusSnapshot['consents'][number], settle: number): Problem {
  return {
    id: `consent ${touch}`,
    kind: 'consent',
    stage: '',
    rank: 1,
    settle,
    priority: 4,
    title: 'a removal waits for your consent',
    message: ['To exactly this:', ...removes].join('\n'),
    subjects: removes,
    command: touch,
  };
}

function engineProblem({ message }: StatusSnapshot['engine'], settle: number): Problem {
  return {
    id: ENGINE,
    kind: 'engine',
    stage: '',
    rank: 1,
    settle,
    priority: 5,
    title: 'the engine does not answer',
    message: `Nothing is healed until it does: ${redactText(message)}`,
    subjects: [],
  };
}

/** Without a desired state the engine is never asked. */
function isAsked({ reachable, message }: StatusSnapshot['engine']): boolean {
  return reachable || message !== ENGINE_NOT_ASKED;
}

/** What keeps the desired state from being read, or is wrong in it; undefined when nothing is. */
function desiredProblem({ result, engine, headline, findings }: StatusSnapshot, settle: number): Problem | undefined {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const isUnread = result === 'stopped' && (engine.reachable || !isAsked(engine));
  if (!isUnread && errors.length === 0) return undefined;
  const shown = errors
    .slice(0, SHOWN_FINDINGS)
    .map(({ source, message }) => `${source.file}:${source.line}: ${redactText(message)}`);
  const more = errors.length > shown.length ? [`and ${errors.length - shown.length} more`] : [];
  return {
    id: DESIRED,
    kind: 'desired-state',
    stage: '',
    rank: 1,
    settle,
    priority: 4,
    title: isUnread ? 'the desired state cannot be read' : 'the desired state has errors',
    message: [...(isUnread ? [redactText(headline)] : []), ...shown, ...more].join('\n'),
    subjects: [],
    command: 'bastion validate',
  };
}

/** A snapshot to all that a person should know of. Pure. `now` in milliseconds since the epoch. */
export function standingOf(snapshot: StatusSnapshot, settings: Settings, now: number): Standing {
  const { result, engine, gates, consents, certificates, resources } = snapshot;
  const { settle, unreachableAfter } = settings;
  const hasPlan = result !== 'stopped';
  const desired = desiredProblem(snapshot, settle);
  const found = resourceProblems(resources, settle);
  const turns = gates.filter(({ awaitingHuman }) => awaitingHuman);
  const problems: Problem[] = [
    ...(engine.reachable || !isAsked(engine) ? [] : [engineProblem(engine, unreachableAfter)]),
    ...(desired === undefined ? [] : [desired]),
    ...certificateProblems(certificates, settings, now),
    // Without a plan these are what was known last.
    ...(hasPlan ? turns.map((gate) => gateProblem(gate, settle)) : []),
    ...(hasPlan ? consents.map((consent) => consentProblem(consent, settle)) : []),
    ...(hasPlan ? found.problems : []),
  ];
  // Closed, and something before it is not Ready: the turn rests, and the human was asked all the same.
  const resting = new Set<string>(gates.flatMap(({ key, open }) => (open ? [] : turnId(key))));
  const expiries = new Map(certificates.map((each) => [expiryId(each), each.file === undefined]));
  return {
    problems: new Map(problems.map((problem) => [problem.id, problem])),
    without(id) {
      if (id === ENGINE) return isAsked(engine) ? 'well' : 'unknown';
      if (id === DESIRED) return hasPlan ? 'well' : 'unknown';
      if (!hasPlan || resting.has(id)) return 'unknown';
      if (expiries.has(id)) return expiries.get(id) === true ? 'unknown' : 'well';
      return found.states.get(id) ?? 'gone';
    },
  };
}
