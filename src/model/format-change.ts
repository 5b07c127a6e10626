import type { FieldChange, FieldValue } from './fields.ts';
import { redactChange } from './redact.ts';

const BYTE_FIELDS = new Set(['mem_limit', 'mem_reservation', 'memswap_limit', 'shm_size', 'tmpfs_size']);
const NANOSECOND_FIELDS = new Set(['interval', 'timeout', 'start_period']);
const LONGEST = 100;

/** Bytes to Compose's short form: 67108864 is `64m`. Sizes that are no round number keep a `b`. */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return 'unlimited';
  for (const [unit, factor] of [
    ['g', 1024 ** 3],
    ['m', 1024 ** 2],
    ['k', 1024],
  ] as const)
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return `${bytes}b`;
}

/** Milliseconds to what a person reads at a glance: `40 ms`, `2.3 s`, `4 min`, `3 h`, `2 d`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

function formatNumber(name: string, value: number): string {
  if (BYTE_FIELDS.has(name)) return formatBytes(value);
  if (NANOSECOND_FIELDS.has(name)) return `${value / 1e9}s`;
  return name === 'mode' || name === 'tmpfs_mode' ? value.toString(8).padStart(4, '0') : String(value);
}

function formatMember(name: string, value: FieldValue): string {
  if (typeof value === 'number') return formatNumber(name, value);
  if (typeof value === 'string') return value === '' || /[\s,[\]{}]/.test(value) ? JSON.stringify(value) : value;
  if (Array.isArray(value)) return `[${value.map((item: FieldValue) => formatMember(name, item)).join(', ')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}: ${formatMember(key, member)}`)
      .join(', ')}}`;
  return String(value);
}

/** A field's value for people; what is absent (in JSON: null) is `unset`. Sizes and durations in Compose's notation, modes in octal. */
function formatValue(path: string, value: FieldValue | undefined): string {
  if (value === undefined || value === null) return 'unset';
  return formatMember(path.slice(path.lastIndexOf('.') + 1), value);
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return length;
}

/** From where to show two texts of which so much is the same: the whole member of a list that differs, if that is not far. */
function beginOf(text: string, shared: number): number {
  const member = text.lastIndexOf(', ', shared) + 2;
  return shared - member < LONGEST / 2 ? member : shared - LONGEST / 4;
}

function cut(text: string, begin: number): string {
  const shown = begin === 0 ? text : `…${text.slice(begin)}`;
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
}

/** What a change wants and what there is, for people, redacted. Of long values what differs is shown, not how both begin. */
export function formatSides(change: FieldChange): { readonly want: string; readonly got: string } {
  const { path, want, got } = redactChange(change);
  const texts = [formatValue(path, want), formatValue(path, got)] as const;
  const shared = sharedLength(...texts);
  const isHidden = texts.some(({ length }) => length > LONGEST) && shared > LONGEST / 2 && texts[0] !== texts[1];
  const begin = isHidden ? beginOf(texts[0], shared) : 0;
  return { want: cut(texts[0], begin), got: cut(texts[1], begin) };
}

/** `mem_limit: want 64m, got 32m`, secrets redacted. */
export function formatChange(change: FieldChange): string {
  const { want, got } = formatSides(change);
  return `${change.path}: want ${want}, got ${got}`;
}
