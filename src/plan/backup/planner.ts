import type { Resource } from '../../model/resource.ts';
import type { PlanContext } from '../context.ts';
import { ready, resourcePlan, type ResourcePlan } from '../draft.ts';

/** One Backup resource and what there is of backups to what is to be done about it. To be written. */
export function planBackup(_resource: Resource<'Backup'>, _context: PlanContext): ResourcePlan {
  return resourcePlan({ conditions: [ready('Accepted', 'by schedule')] });
}
