const DAY = 86_400;
const NANOSECONDS = 1_000_000_000n;
const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/**
 * Nanoseconds since the epoch of a time as Go writes it (RFC 3339, up to nine decimals, any offset). A Date would cut to
 * milliseconds, and AdGuard then finds nothing. Undefined: no such time.
 */
export function parseTimestamp(text: string): bigint | undefined {
  const match = RFC3339.exec(text);
  if (match === null) return undefined;
  const field = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day] = [field(1), field(2), field(3)];
  if (month < 1 || month > 12 || day < 1 || day > 31 || field(4) > 23 || field(5) > 59 || field(6) > 60)
    return undefined;
  const offset = (match[8] === '-' ? -60 : 60) * (field(9) * 60 + field(10));
  const seconds = daysSinceEpoch(year, month, day) * DAY + field(4) * 3600 + field(5) * 60 + field(6) - offset;
  return BigInt(seconds) * NANOSECONDS + BigInt((match[7] ?? '').padEnd(9, '0'));
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
