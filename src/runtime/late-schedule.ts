import type { Clock } from './clock.ts';
import type { Schedule } from './schedule.ts';

/** Every five minutes. */
export const DEFAULT_CHECK_SCHEDULE = '*/5 * * * *';

/**
 * The schedule of `createSchedule`, loaded when it is first used: node-cron and the calendars that it reads times with
 * are several MB, and who has no certificates needs neither.
 */
export function createLateSchedule(clock: Clock): Schedule {
  return (expression, callback) => {
    const opened = import('./schedule.ts').then(({ createSchedule }) => createSchedule(clock)(expression, callback));
    return { close: () => void opened.then((schedule) => schedule.close()) };
  };
}
