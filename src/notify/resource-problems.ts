import { isStackKey, type Key } from '../model/key.ts';
import { redactText } from '../model/redact.ts';
import type { ConditionStatus, ResourceStatus } from '../model/status.ts';
import type { Problem } from './problem.ts';

type State = 'well' | 'unknown';

/** Parts of a high-level resource fail and recover with it: the person is told of what they wrote. */
function subjectOf({ key, renderedFrom }: ResourceStatus): Key {
  return renderedFrom !== undefined && isStackKey(renderedFrom) ? renderedFrom : key;
}

function holding({ conditions }: ResourceStatus, type: ConditionStatus['type']): ConditionStatus | undefined {
  return conditions.find((condition) => condition.type === type && condition.status);
}

/** On hold: the human said to leave it alone, however it fares. */
function isHeld(resource: ResourceStatus): boolean {
  return holding(resource, 'Blocked')?.reason === 'Held';
}

function lineOf(key: Key, { reason, message }: ConditionStatus): string {
  return `${key}: ${redactText(message)} (${reason})`;
}

/**
 * What is Degraded or Stalled, and of everything else whether it is Ready. What is on hold, waits, progresses or is not
 * looked at is neither.
 */
export function resourceProblems(
  resources: readonly ResourceStatus[],
  settle: number,
): { problems: Problem[]; states: Map<string, State> } {
  const parts = new Map<Key, ResourceStatus[]>();
  for (const resource of resources) {
    const subject = subjectOf(resource);
    const siblings = parts.get(subject);
    if (siblings === undefined) parts.set(subject, [resource]);
    else siblings.push(resource);
  }
  const problems: Problem[] = [];
  const states = new Map<string, State>();
  for (const [subject, all] of parts) {
    const troubles = all.flatMap((resource) => {
      if (resource.stale === true || isHeld(resource)) return [];
      const condition = holding(resource, 'Stalled') ?? holding(resource, 'Degraded');
      return condition === undefined ? [] : [{ key: resource.key, condition }];
    });
    const isStalled = troubles.some(({ condition }) => condition.type === 'Stalled');
    const isWell = all.every((resource) => holding(resource, 'Ready') !== undefined && !isHeld(resource));
    states.set(subject, isWell ? 'well' : 'unknown');
    if (troubles.length === 0) continue;
    // What the high-level resource says of a part is said by the part.
    const told = troubles.length > 1 ? troubles.filter(({ key }) => key !== subject) : troubles;
    problems.push({
      id: subject,
      kind: isStalled ? 'stalled' : 'degraded',
      stage: isStalled ? 'stalled' : 'degraded',
      rank: isStalled ? 2 : 1,
      settle,
      priority: isStalled ? 5 : 4,
      title: `${subject} is ${isStalled ? 'stalled: it is left alone until you say so' : 'degraded'}`,
      message: told.map(({ key, condition }) => lineOf(key, condition)).join('\n'),
      subjects: [subject],
      ...(isStalled ? { command: `bastion retry ${told[0]?.key ?? subject}` } : {}),
    });
  }
  return { problems, states };
}
