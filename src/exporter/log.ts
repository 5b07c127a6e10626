import type { Clock } from './clock.ts';

export type Level = 'info' | 'warn' | 'error';

export interface Log {
  (level: Level, message: string, fields?: Readonly<Record<string, unknown>>): void;
}

const REPEAT_AFTER = 10 * 60_000;
const MOST_REMEMBERED = 200;
const LONGEST_MESSAGE = 500;

/**
 * Writes JSON lines. The same message comes again only after ten minutes, with how often it was left out: what fails every
 * few seconds must not fill a disk.
 */
export function createLog(clock: Clock, write: (line: string) => void): Log {
  const told = new Map<string, { at: number; withheld: number }>();
  return (level, message, fields = {}) => {
    const now = clock.now();
    const key = `${level} ${message}`;
    const before = told.get(key);
    if (before !== undefined && Math.abs(now - before.at) < REPEAT_AFTER) {
      before.withheld++;
      return;
    }
    if (told.size >= MOST_REMEMBERED) told.clear();
    told.set(key, { at: now, withheld: 0 });
    const withheld = before === undefined || before.withheld === 0 ? {} : { withheld: before.withheld };
    const time = new Date(now).toISOString();
    write(`${JSON.stringify({ time, level, message: message.slice(0, LONGEST_MESSAGE), ...fields, ...withheld })}\n`);
  };
}
