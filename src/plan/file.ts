import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { degraded, resourcePlan, stalled, type ResourcePlan } from './draft.ts';
import { planContent } from './file-content.ts';

/** One File resource and what is there to what is to be done about it, its consumers included. */
export function planFile({ spec, key, attempt }: Resource<'File'>, context: PlanContext): ResourcePlan {
  const path = context.input.observed.paths[spec.path];
  if (path?.type === 'unreadable')
    return resourcePlan({ conditions: [degraded('Unreadable', `${spec.path}: ${path.error ?? 'cannot be read'}`)] });
  if (path && path.type !== 'missing' && path.type !== 'file')
    return resourcePlan({ conditions: [stalled('NotAFile', `${spec.path} is a ${path.type}; move it away`)] });
  return planContent({ key, spec, attempt, tried: attempt }, path, context);
}
