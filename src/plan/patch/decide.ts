import { canonicalJson } from '../../model/canonical-json.ts';
import type { FieldValue } from '../../model/fields.ts';
import type { KeyTree } from '../../model/file-specs.ts';
import { formatKeyPath } from '../../model/key-path.ts';
import { isTree, leavesOf } from '../../model/key-tree.ts';
import type { Patched } from '../../model/memory.ts';

/** What shall hold, and what we know of what we wrote. */
export interface PatchWish {
  readonly set: KeyTree;
  /** Paths whose present value is replaced whoever wrote it. */
  readonly overwrite: readonly string[];
  readonly wrote: Patched;
}

/** One value to put at one path: in place of what is there, or as a new key. */
export interface Edit {
  readonly keys: readonly string[];
  readonly value: FieldValue;
}

/** A value that is not as wished. */
export interface Difference {
  readonly path: string;
  readonly want: FieldValue;
  /** Undefined: there is none. */
  readonly got: FieldValue | undefined;
}

export interface Decision {
  readonly edits: readonly Edit[];
  /** What the edits bring about, value by value. */
  readonly changes: readonly Difference[];
  /** Values that somebody else wrote, and that stay. */
  readonly conflicts: readonly Difference[];
  /** What to remember before the edits are made: the value that is there, if it is ours, and the one that comes. */
  readonly wrote: Patched;
}

/**
 * Three values decide for each key: the wish, what is there, and what we wrote. What is there is ours when it is one of
 * those that we wrote; everything else is the owner's and stays, unless `overwrite` names it. A key that is missing, or
 * has no value, is nobody's.
 */
export function decide(root: KeyTree, { set, overwrite, wrote }: PatchWish): Decision {
  const edits = new Map<string, { keys: readonly string[]; value: FieldValue }>();
  const changes: Difference[] = [];
  const conflicts = new Map<string, Difference>();
  const record = new Map<string, readonly FieldValue[]>();
  const mayReplace = (path: string, value: FieldValue): boolean =>
    isOurs(wrote, path, value) || overwrite.some((each) => covers(each, path));

  for (const { keys, value: want } of leavesOf(set)) {
    const path = formatKeyPath(keys);
    const { depth, value: got } = deepest(root, keys);
    const at = keys.slice(0, depth);
    const isThere = depth === keys.length;
    if (isThere && got !== undefined && holds(got, want)) continue;
    if (got !== undefined && got !== null) {
      const place = formatKeyPath(at);
      if (!mayReplace(place, got)) {
        const wish = merge(conflicts.get(place)?.want, nest(keys.slice(depth), want));
        conflicts.set(place, { path: place, want: wish, got });
        continue;
      }
    }
    changes.push({ path, want, got: isThere ? (got ?? undefined) : undefined });
    record.set(path, isThere && got !== undefined && isOurs(wrote, path, got) ? [got, want] : [want]);
    const place = formatKeyPath(at);
    const value = merge(edits.get(place)?.value, nest(keys.slice(depth), want));
    edits.set(place, { keys: at, value });
  }
  return {
    edits: [...edits.values()],
    changes,
    conflicts: [...conflicts.values()],
    wrote: { ...wrote, ...Object.fromEntries(record) },
  };
}

/** How far a path leads: to the first key that is missing or has a value that is no map, or to its end. */
function deepest(
  root: FieldValue | undefined,
  keys: readonly string[],
): { depth: number; value: FieldValue | undefined } {
  let value = root;
  for (let depth = 0; depth < keys.length; depth += 1) {
    if (!isTree(value)) return { depth, value };
    const key = keys[depth] ?? '';
    if (!Object.hasOwn(value, key)) return { depth: depth + 1, value: undefined };
    value = value[key];
  }
  return { depth: keys.length, value };
}

/** An empty map asks for a map to be there. */
function holds(got: FieldValue, want: FieldValue): boolean {
  return isTree(want) && isTree(got) ? true : equal(got, want);
}

function equal(a: FieldValue, b: FieldValue): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

function isOurs(wrote: Patched, path: string, value: FieldValue): boolean {
  return Object.hasOwn(wrote, path) && wrote[path]?.some((each) => equal(each, value)) === true;
}

function covers(prefix: string, path: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}

function nest(keys: readonly string[], value: FieldValue): FieldValue {
  return keys.reduceRight<FieldValue>((inner, key) => ({ [key]: inner }), value);
}

function merge(a: FieldValue | undefined, b: FieldValue): FieldValue {
  if (!isTree(a) || !isTree(b)) return b;
  const merged = new Map(Object.entries(a));
  for (const [key, value] of Object.entries(b)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
}
