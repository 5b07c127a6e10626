import { createTask, validateDetailed } from 'node-cron';
import type { Clock } from './clock.ts';

/** Calls back whenever the expression says so, until it is closed. @throws Error that says what is wrong with it */
export type Schedule = (expression: string, callback: () => void) => { close(): void };

/** Every five minutes. */
export const DEFAULT_CHECK_SCHEDULE = '*/5 * * * *';

/** The clock is looked at this often, so that a jump of it neither skips nor delays a call for longer. */
const LOOK_MILLISECONDS = 60_000;

/**
 * Schedules by node-cron's reading of expressions (minutes first, or seconds first with six fields; in UTC, where no
 * hour is skipped or comes twice) and by our own clock. node-cron's own timer goes through every call that it missed: on
 * a machine that starts in 1970 and then learns the time, that takes minutes in which nothing else happens.
 */
export function createSchedule(clock: Clock, next: (expression: string) => () => number = nextByCron): Schedule {
  return (expression, callback) => {
    const problem = scheduleProblem(expression);
    if (problem !== undefined) throw new Error(`schedule ${JSON.stringify(expression)}: ${problem}`);
    const nextTime = next(expression);
    let cancel: () => void = () => undefined;
    const arm = (): void => {
      const due = nextTime();
      cancel = clock.after(Math.min(LOOK_MILLISECONDS, Math.max(0, due - clock.now())), () => {
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

/** Milliseconds since the epoch of the next call after now, by the system's clock. */
function nextByCron(expression: string): () => number {
  // Never started: it only computes.
  const task = createTask(expression, () => undefined, { timezone: 'UTC' });
  return () => task.getNextRuns(1)[0]?.getTime() ?? Infinity;
}
