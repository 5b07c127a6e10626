import { LOOPS, type Level, type Loop } from '../../model/levels.ts';
import type { LoopsStatus, LoopStatus } from '../../model/loops-status.ts';
import type { Memory } from '../../model/memory.ts';
import type { DesiredState } from '../../model/resource.ts';
import { targetsOf } from './targets-of.ts';
import { serviceOf } from './wanted-services.ts';

const AT_ZERO: Level = { level: 0, since: 0, cause: '' };

/** What is asked of services, and where the loops around them stand. */
export function loopsStatus({
  desired,
  memory,
}: {
  readonly desired: DesiredState;
  readonly memory: Pick<Memory, 'levels' | 'remediations'>;
}): LoopsStatus {
  const targets = targetsOf(desired);
  const services: LoopsStatus['services'][number][] = [];
  const levels: LoopStatus[] = [];
  const remediations: LoopsStatus['remediations'][number][] = [];
  for (const resource of desired.resources) {
    const { key } = resource;
    const service = serviceOf(resource);
    const own = targets.get(key) ?? [];
    if (service !== undefined) services.push({ key, type: service.type });
    const loops = LOOPS.filter((loop: Loop) => (loop === 'address' ? own.length > 0 : service?.type === 'prometheus'));
    for (const loop of loops) levels.push({ ...AT_ZERO, ...memory.levels[key]?.[loop], key, loop });
    if (own.length === 0) continue;
    const done = memory.remediations[key];
    const restarts = done?.specHash === resource.attempt ? done.restarts : 0;
    remediations.push({ key, restarts, maxRestarts: Math.max(...own.map(({ spec }) => spec.maxRestarts)) });
  }
  return { services, levels, remediations };
}
