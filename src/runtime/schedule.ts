import { createTask, validateDetailed } from 'node-cron';
import type { Clock } from './clock.ts';

/** Calls back whenever the expression says so, until it is closed. @throws Error that says what is wrong with it */
export type Schedule = (expression: string, callback: () => void) => { close(): void };

/** The clock is looked at this often, so that a jump of it neither skips nor delays a call for longer. */
const LOOK_MILLISECONDS = 60_000;

/**
 * Schedules by node-cron's reading of expressions (minutes first, or seconds first with six fields; in UTC, where no
 * hour is skipped or comes twice) and by our own clock. node-cron's own timer goes through every call that it missed: on
 * a machine that starts in 1970 and then learns the time, that takes minutes in which nothing else happens.
 *
 * @param until of an expression, the milliseconds from now to the next call
 */
export function createSchedule(clock: Clock, until: (expression: string) => () => number = untilNext): Schedule {
  return (expression, callback) => {
    const problem = scheduleProblem(expression);
    if (problem !== undefined) throw new Error(`schedule ${JSON.stringify(expression)}: ${problem}`);
    const untilNextCall = until(expression);
    let cancel: () => void = () => undefined;
    const arm = (): void => {
      const wait = untilNextCall();
      const due = clock.now() + wait;
      cancel = clock.after(Math.min(LOOK_MILLISECONDS, wait), () => {
        const isDue = clock.now() >= due;
        arm();
        if (isDue) callback();
      });
    };
    arm();
    return { close: () => cancel() };
  };
}

/** What is wrong with a cron expression, in words; undefined when it can be used. */
export function scheduleProblem(expression: string): string | undefined {
  const { valid, errors } = validateDetailed(expression);
  if (valid) return undefined;
  const problems = errors.map(({ field, message }) => (field === 'expression' ? message : `${field}: ${message}`));
  return problems.join('; ') || 'it is no cron expression';
}

/** Milliseconds from now to the next call; more than 0. */
function untilNext(expression: string): () => number {
  // Never started: it only computes, by the system's clock.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  return () => {
    const next = task.getNextRuns(1)[0];
    return next === undefined ? Infinity : Math.max(1, next.getTime() - Date.now());
  };
}
