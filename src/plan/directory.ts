import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { degraded, draft, progressing, ready, resourcePlan, stalled, type ResourcePlan } from './draft.ts';
import { ownerChanges } from './owner-changes.ts';
import { ownershipOf } from './ownership.ts';
import { lacksSentinel, sentinelProblem } from './sentinel.ts';

/** One Directory resource and what is there to what is to be done about it. Never emptied, never removed. */
export function planDirectory(resource: Resource<'Directory'>, context: PlanContext): ResourcePlan {
  const { spec } = resource;
  const path = context.input.observed.paths[spec.path];
  if (path?.type === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `${spec.path}: ${path.error ?? 'cannot be read'}`)] });
  const problem = sentinelProblem(resource, context.input);
  if (problem !== undefined) return resourcePlan({ conditions: [problem] });
  const sentinel = lacksSentinel(resource, context.input)
    ? [draft('WriteSentinel', { path: spec.path }, 'first time')]
    : [];
  if (!path || path.type === 'missing')
    return resourcePlan({
      steps: [draft('CreateDirectory', { spec }, 'missing'), ...sentinel],
      conditions: [progressing('Missing', `${spec.path} does not exist`)],
    });
  if (path.type !== 'directory')
    return resourcePlan({ conditions: [stalled('NotADirectory', `${spec.path} is a ${path.type}; move it away`)] });
  const changes = ownerChanges(spec, path, context.input.observed);
  if (changes.length === 0 && sentinel.length === 0)
    return resourcePlan({ conditions: [ready('Present', 'exists as wanted')] });
  const ownership =
    changes.length === 0 ? [] : [draft('SetOwnership', { path: spec.path, ...ownershipOf(spec) }, 'drift', changes)];
  return resourcePlan({
    steps: [...ownership, ...sentinel],
    conditions: [
      changes.length === 0
        ? progressing('Marking', 'gets the file by which it is known again')
        : progressing('Drifted', changes.map((change) => change.path).join(', ')),
    ],
  });
}
