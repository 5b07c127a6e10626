import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { blocked, degraded, draft, progressing, ready, resourcePlan, stalled, type ResourcePlan } from './draft.ts';
import { ownerChanges } from './owner-changes.ts';
import { ownershipOf } from './ownership.ts';

/** One Secret resource and what is there to what is to be done about it. What is in it is nobody's business. */
export function planSecret(resource: Resource<'Secret'>, context: PlanContext): ResourcePlan {
  const { spec } = resource;
  const path = context.input.observed.paths[spec.path];
  if (!path || path.type === 'missing') {
    if (spec.generate !== undefined)
      return resourcePlan({
        steps: [draft('GenerateSecret', { spec }, 'missing')],
        conditions: [progressing('Missing', `${spec.path} does not exist`)],
      });
    const owner = [
      ...(spec.owner === undefined ? [] : ['-o', spec.owner]),
      ...(spec.group === undefined ? [] : ['-g', spec.group]),
    ];
    const command = ['install', '-D', '-m', `0${spec.mode.toString(8)}`, ...owner, '/dev/stdin', spec.path].join(' ');
    return resourcePlan({
      conditions: [
        blocked(
          'AwaitingSecret',
          `${spec.path} does not exist. Put it there: ${command} (type or paste it, then Ctrl-D)`,
        ),
      ],
    });
  }
  if (path.type === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `${spec.path}: ${path.error ?? 'cannot be read'}`)] });
  if (path.type !== 'file')
    return resourcePlan({ conditions: [stalled('NotAFile', `${spec.path} is a ${path.type}; move it away`)] });
  const changes = ownerChanges(spec, path, context.input.observed);
  if (changes.length > 0) {
    return resourcePlan({
      steps: [draft('SetOwnership', { path: spec.path, ...ownershipOf(spec) }, 'drift', changes)],
      conditions: [progressing('Drifted', changes.map((change) => change.path).join(', '))],
    });
  }
  if (path.isEmpty === true)
    return resourcePlan({
      conditions: [degraded('Empty', `${spec.path} is empty: nobody can use that as a secret; write it, or remove it`)],
    });
  return resourcePlan({ conditions: [ready('Present', 'exists with owner and mode as wanted')] });
}
