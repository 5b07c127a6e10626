const DAY = 86_400;
const NANOSECONDS = 1_000_000_000n;
const RFC3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;
/** Where the decimals of the second begin, and the length of `+02:00`. */
const DECIMALS = 20;
const OFFSET = 6;
/** Nanoseconds in the last of so many decimals. */
const SCALES = [0, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1];
const ZERO = '0'.charCodeAt(0);

/**
 * Nanoseconds since the epoch of a time as Go writes it (RFC 3339, up to nine decimals, any offset). A Date would cut to
 * milliseconds, and AdGuard then finds nothing. Undefined: no such time.
 */
export function parseTimestamp(text: string): bigint | undefined {
  if (!RFC3339.test(text)) return undefined;
  const seconds = wholeSeconds(text);
  return seconds === undefined ? undefined : BigInt(seconds) * NANOSECONDS + BigInt(nanoseconds(text));
}

/** The same in milliseconds with fractions: good to a microsecond, and much cheaper. */
export function millisecondsOf(text: string): number | undefined {
  if (!RFC3339.test(text)) return undefined;
  const seconds = wholeSeconds(text);
  return seconds === undefined ? undefined : seconds * 1000 + nanoseconds(text) / 1e6;
}

/** Seconds since the epoch of a text of the right form; undefined: there is no such time. */
function wholeSeconds(text: string): number | undefined {
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10)];
  const [hour, minute, second] = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return undefined;
  const zone = zoneOf(text);
  let offset = 0;
  if (text.length - zone === OFFSET) {
    const minutes = digits(text, zone + 1, zone + 3) * 60 + digits(text, zone + 4, zone + 6);
    offset = text[zone] === '-' ? -60 * minutes : 60 * minutes;
  }
  return daysSinceEpoch(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
}

function nanoseconds(text: string): number {
  const zone = zoneOf(text);
  return zone > DECIMALS ? digits(text, DECIMALS, zone) * (SCALES[zone - DECIMALS] ?? 0) : 0;
}

/** Where `Z` or `+02:00` begins. */
function zoneOf(text: string): number {
  return text.length - (text.endsWith('Z') || text.endsWith('z') ? 1 : OFFSET);
}

/** The number that these digits are. Groups of an expression would be texts first, which takes four times as long. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index++) value = value * 10 + text.charCodeAt(index) - ZERO;
  return value;
}

/** Days from 1970-01-01 in the Gregorian calendar (Hinnant's algorithm: years begin in March). */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const from = month <= 2 ? year - 1 : year;
  const era = Math.floor(from / 400);
  const yearOfEra = from - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
