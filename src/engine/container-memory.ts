import type { ObservedMemory } from '../model/observed-services.ts';
import type { ContainerStats } from './wire.ts';

/**
 * Memory in use as `docker stats` shows it: without the file pages that were not read lately, since the kernel drops them
 * before it kills anybody. Undefined when there are no numbers: the container does not run, or the engine cannot count.
 */
export function containerMemory({ memory_stats: memory }: ContainerStats): ObservedMemory | undefined {
  const { usage, limit, stats } = memory ?? {};
  if (!isAmount(usage) || !isAmount(limit) || limit === 0) return undefined;
  const inactive = stats?.total_inactive_file ?? stats?.inactive_file;
  return { used: Math.max(0, usage - (isAmount(inactive) ? inactive : 0)), limit };
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
