/** When something is due, to the minute, in UTC, where no hour is skipped or comes twice. Each set holds what matches. */
export interface Cron {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  /** 1 to 31. */
  readonly days: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 is Sunday. */
  readonly weekdays: ReadonlySet<number>;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** The 29th of February comes again within eight years. */
const LONGEST_DAYS = 8 * 366 + 1;

interface Part {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words?: readonly string[];
}

const PARTS: readonly Part[] = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  {
    name: 'month',
    low: 1,
    high: 12,
    words: ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', low: 0, high: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
];

/**
 * A cron expression of five fields: numbers, names of months and weekdays, `*`, lists, ranges and steps. What cron
 * programs read differently (a day of the month and a weekday together) is refused.
 *
 * @returns what is wrong with it, in words, instead
 */
export function parseCron(expression: string): Cron | string {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== PARTS.length)
    return 'needs five fields: minute, hour, day of month, month, day of week (15 3 * * * is every night at 03:15)';
  const sets: Set<number>[] = [];
  for (const [index, part] of PARTS.entries()) {
    const set = parsePart(fields[index] ?? '', part);
    if (typeof set === 'string') return set;
    sets.push(set);
  }
  const [minutes, hours, days, months, weekdays] = sets;
  if (!minutes || !hours || !days || !months || !weekdays) return 'is no cron expression';
  if (weekdays.delete(7)) weekdays.add(0);
  if (days.size < 31 && weekdays.size < 7)
    return 'names a day of the month and a day of the week, which programs read differently: leave one of them *';
  const cron = { minutes, hours, days, months, weekdays };
  return nextTime(cron, 0) === undefined ? 'names a day that never comes' : cron;
}

/**
 * The first time after `after` that an expression names, in milliseconds since the epoch; undefined: there is none.
 *
 * @param after milliseconds since the epoch
 */
export function nextTime(cron: Cron, after: number): number | undefined {
  const first = (Math.floor(after / MINUTE) + 1) * MINUTE;
  const today = Math.floor(first / DAY) * DAY;
  for (let day = today; day < today + LONGEST_DAYS * DAY; day += DAY) {
    if (!namesDay(cron, day)) continue;
    const time = firstTimeOf(cron, day, first);
    if (time !== undefined) return time;
  }
  return undefined;
}

function namesDay({ days, months, weekdays }: Cron, day: number): boolean {
  const date = new Date(day);
  return months.has(date.getUTCMonth() + 1) && days.has(date.getUTCDate()) && weekdays.has(date.getUTCDay());
}

function firstTimeOf({ hours, minutes }: Cron, day: number, first: number): number | undefined {
  const from = Math.max(0, (first - day) / MINUTE);
  for (let minute = from; minute < DAY / MINUTE; minute += 1)
    if (hours.has(Math.floor(minute / 60)) && minutes.has(minute % 60)) return day + minute * MINUTE;
  return undefined;
}

function parsePart(text: string, part: Part): Set<number> | string {
  const set = new Set<number>();
  for (const item of text.toLowerCase().split(',')) {
    const match = /^(?:(\*)|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/.exec(item);
    const [, all, from, to, step] = match ?? [];
    const low = all === undefined ? valueOf(from, part) : part.low;
    const high = all === undefined ? (to === undefined ? low : valueOf(to, part)) : wholeEnd(part);
    const every = step === undefined ? 1 : Number(step);
    const isSingle = all === undefined && to === undefined;
    if (match === null || low === undefined || high === undefined || high < low || every < 1 || (isSingle && step))
      return `has ${JSON.stringify(item)} as ${part.name}: write *, a number from ${part.low} to ${wholeEnd(part)}, a range (1-5), a step (*/5) or a list of these`;
    for (let value = low; value <= high; value += every) set.add(value);
  }
  return set;
}

/** Both 0 and 7 are Sunday, of which `*` needs one. */
function wholeEnd({ name, high }: Part): number {
  return name === 'day of week' ? 6 : high;
}

function valueOf(text: string | undefined, { low, high, words }: Part): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text) ? Number(text) : (words ?? []).indexOf(text);
  return value >= low && value <= high && text !== '' ? value : undefined;
}
