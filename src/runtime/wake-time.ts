import type { Memory } from '../model/memory.ts';
import type { Plan } from '../model/plan.ts';

/** Shortest wait for a time that the plan names: a deadline in the past must not become a tight loop. */
const SHORTEST_MILLISECONDS = 100;

/** Milliseconds since the epoch at which something may change by itself; undefined: never. */
export function wakeTime(plan: Plan, memory: Memory, now: number, probation: number | undefined): number | undefined {
  const times = [plan.wakeAt, probation].filter((time) => time !== undefined);
  for (const step of plan.steps) {
    if (!step.blockedBy.some(({ type }) => type === 'backoff')) continue;
    const backoff = memory.backoffs[step.target];
    if (backoff?.terminal === false) times.push(backoff.notBefore);
  }
  return times.length === 0 ? undefined : Math.max(now + SHORTEST_MILLISECONDS, Math.min(...times));
}
