import type { Field } from '../field.ts';
import { readMilliseconds } from './duration.ts';

/** Bounds of how long certificates live. */
export const LIFETIMES = {
  /** Apple's clients refuse leaves that live longer. */
  acceptedDays: 825,
  /** Longer is a mistake. */
  longestDays: 36_500,
} as const;

const HOUR = 3_600_000;

/** RFC 5280, appendix A: ub-common-name. */
const LONGEST_COMMON_NAME = 64;

/** Lifetime of a certificate in milliseconds, at least an hour. */
export function readLifetime(text: string, field: Field): number | undefined {
  const duration = readMilliseconds(text, field, LIFETIMES.longestDays);
  if (duration === undefined || duration >= HOUR) return duration;
  return field.error('is shorter than 1h: there would be no time to renew it');
}

/** The common name as written, or the resource's name. */
export function readCommonName(written: string | undefined, name: string, field: Field): string {
  const at = field.at('commonName');
  const text = written ?? name;
  if ([...text].length > LONGEST_COMMON_NAME)
    at.error(
      `has more than ${LONGEST_COMMON_NAME} characters${written === undefined ? ' (it is the name of the resource): set a shorter one' : ''}`,
    );
  if (text.trim() !== text || text === '' || /\p{C}/u.test(text))
    at.error('must be text without control characters and outer blanks');
  return text;
}
