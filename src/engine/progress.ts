import type { JsonObject } from './shape.ts';
import { isObject } from './shape.ts';

/** The error in one line of a pull's or build's progress; undefined when it holds none. */
export function progressError(line: JsonObject): string | undefined {
  const detail = line['errorDetail'];
  if (isObject(detail) && typeof detail['message'] === 'string' && detail['message'] !== '') return detail['message'];
  if (typeof line['error'] === 'string' && line['error'] !== '') return line['error'];
  return line['error'] === undefined && detail === undefined ? undefined : JSON.stringify(line);
}

/** One line of a pull's progress as text: `4f4fb700ef54: Downloading 35%`; undefined when it says nothing. */
export function progressText(line: JsonObject): string | undefined {
  if (typeof line['status'] !== 'string') return undefined;
  const layer = typeof line['id'] === 'string' && line['id'] !== '' ? `${line['id']}: ` : '';
  const detail = line['progressDetail'];
  if (!isObject(detail)) return `${layer}${line['status']}`;
  const { current, total } = detail;
  const known = typeof current === 'number' && typeof total === 'number' && total > 0;
  return `${layer}${line['status']}${known ? ` ${Math.min(100, Math.floor((100 * current) / total))}%` : ''}`;
}
