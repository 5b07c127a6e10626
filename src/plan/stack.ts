import type { StackKind } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { PlanContext } from './context.ts';
import { progressing, ready, resourcePlan, type ResourcePlan } from './draft.ts';

/** A high-level resource: Ready when all that was rendered from it is. */
export function planStack(resource: Resource<StackKind>, _context: PlanContext): ResourcePlan {
  const { parts } = resource.spec;
  return resourcePlan({
    conditions: [
      parts.length === 0 ? ready('Rendered', 'has no parts') : progressing('Rendering', 'waits for its parts'),
    ],
  });
}
