import { formatDuration } from '../model/format-change.ts';

function two(number: number): string {
  return String(number).padStart(2, '0');
}

/** ISO time to local `2026-11-22 10:02:03`. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** ISO time to `4 min ago`; null to `never`. `now` in milliseconds since the epoch. */
export function ago(iso: string | null, now: number): string {
  if (iso === null) return 'never';
  const age = now - Date.parse(iso);
  return age < 1500 ? 'just now' : `${formatDuration(age)} ago`;
}
