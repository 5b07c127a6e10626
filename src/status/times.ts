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

/** What is younger is as good as now: its milliseconds tell a person nothing. */
const NOW_MILLISECONDS = 1500;

/** ISO time to `4 min ago`; null to `never`. `now` in milliseconds since the epoch. */
export function ago(iso: string | null, now: number): string {
  if (iso === null) return 'never';
  const age = now - Date.parse(iso);
  return age < NOW_MILLISECONDS ? 'just now' : `${formatDuration(age)} ago`;
}

/** ISO time to ` for 4 min`, to be put behind what holds since then; empty for what just began and where it is not known. */
export function forAge(iso: string | null, now: number): string {
  const age = iso === null ? 0 : now - Date.parse(iso);
  return age < NOW_MILLISECONDS ? '' : ` for ${formatDuration(age)}`;
}

/** ISO time to `4 min` or `now`. */
export function ageText(iso: string, now: number): string {
  const age = now - Date.parse(iso);
  return age < NOW_MILLISECONDS ? 'now' : formatDuration(age);
}
