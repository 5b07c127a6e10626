import { formatDuration } from '../model/format-change.ts';
import type { CertificateJson, ServedJson } from './certificate-json.ts';
import { ago, localTime } from './times.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** The first letters of a serial number, which tell it from others. */
export function shortSerial(serial: string): string {
  return serial.length > 9 ? `${serial.slice(0, 8)}…` : serial;
}

/** `in 59 d` or `7 d ago`; days are cut, not rounded, so that `in 1 d` is never less than a day. */
function distance(iso: string, now: number): string {
  const left = Date.parse(iso) - now;
  const size = Math.abs(left);
  const text = size >= 2 * DAY ? `${Math.floor(size / DAY)} d` : formatDuration(size);
  return left >= 0 ? `in ${text}` : `${text} ago`;
}

/** `2026-03-01, in 59 d`; `now` in milliseconds since the epoch. */
export function dateText(iso: string, now: number): string {
  return `${localTime(iso).slice(0, 10)}, ${distance(iso, now)}`;
}

/** What a consumer shows, beside what is on the disk. */
export function servedText(served: ServedJson | null, isCurrent: boolean | null): string {
  if (served === null) return 'not looked at';
  if (served.state === 'unreachable') return `unreachable: ${served.error}`;
  if (served.failure !== null) return `refused: ${served.failure}`;
  if (isCurrent === true) return 'same';
  return `other: serial ${shortSerial(served.serial)}, until ${localTime(served.notAfter).slice(0, 10)}`;
}

/** How old a look is, when that is worth saying; the time between two looks is the operator's. */
export function servedAgeText(served: ServedJson | null, now: number): string {
  return served === null || now - Date.parse(served.at) <= MINUTE ? '' : `, looked at ${ago(served.at, now)}`;
}

/** Name without its kind; an authority says that it is one. */
export function certificateName({ key }: CertificateJson): string {
  const name = key.slice(key.indexOf('/') + 1);
  return key.startsWith('CertificateAuthority/') ? `${name} (authority)` : name;
}

/** How it stands with one: expired (or there is none), in trouble, due for renewal, or well. */
export function certificateLook(
  { file, renewalAt, problems }: CertificateJson,
  now: number,
): 'expired' | 'trouble' | 'due' | 'well' {
  if (file === null || Date.parse(file.notAfter) <= now) return 'expired';
  if (problems.length > 0) return 'trouble';
  return renewalAt !== null && Date.parse(renewalAt) <= now ? 'due' : 'well';
}
