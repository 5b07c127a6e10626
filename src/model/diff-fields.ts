import { canonicalJson } from './canonical-json.ts';
import type { FieldChange, Fields } from './fields.ts';

/** Wanted and observed fields to the changes between them, sorted by path. */
export function diffFields(want: Fields, got: Fields): FieldChange[] {
  const paths = [...new Set([...Object.keys(want), ...Object.keys(got)])].sort();
  return paths
    .filter((path) => canonicalJson(want[path]) !== canonicalJson(got[path]))
    .map((path) => ({ path, want: want[path], got: got[path] }));
}
