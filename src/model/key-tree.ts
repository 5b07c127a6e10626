import type { FieldValue } from './fields.ts';
import type { KeyTree } from './file-specs.ts';

/** A value at the end of a path through a tree. */
export interface Leaf {
  readonly keys: readonly string[];
  /** An empty map asks for a map to be there. */
  readonly value: FieldValue;
}

/** The leaves of a tree, in its order. */
export function leavesOf(tree: KeyTree): Leaf[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    isTree(value) && Object.keys(value).length > 0
      ? leavesOf(value).map((leaf) => ({ ...leaf, keys: [key, ...leaf.keys] }))
      : [{ keys: [key], value }],
  );
}

/** Whether a value is a map, and so a part of a tree rather than a leaf. */
export function isTree(value: FieldValue | undefined): value is KeyTree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
