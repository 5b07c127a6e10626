import { isScalar, type Document, type Node, type ParsedNode } from 'yaml';
import { canonicalJson } from '../../model/canonical-json.ts';
import type { FieldValue } from '../../model/fields.ts';
import type { KeyTree } from '../../model/file-specs.ts';
import { isTree } from '../../model/key-tree.ts';
import { decide, type Decision, type Edit, type PatchWish } from './decide.ts';
import { readYaml } from './read-yaml.ts';
import { RENDERING, toNode } from './render-yaml.ts';
import { spliceYaml } from './splice-yaml.ts';

/** The text as it shall be, and what became of each key; or why nothing can be done. */
export type PatchResult =
  (Pick<Decision, 'changes' | 'conflicts' | 'wrote'> & { readonly text: string }) | { readonly problem: string };

/**
 * Makes keys hold in somebody else's YAML. Comments, order and everything that is not named stay; where all holds
 * already, the text is the same to the letter. Where a change needs more than new lines or a piece of one exchanged, the
 * text is written anew with its comments, in the usual layout.
 */
export function patchText(text: string, wish: PatchWish): PatchResult {
  const read = readYaml(text);
  if ('problem' in read) return read;
  const root = valueOf(read.document);
  const { edits, changes, conflicts, wrote } = decide(root, wish);
  let patched = text;
  let expected = root;
  for (const edit of edits) {
    expected = withEdit(expected, edit.keys, edit.value);
    const next = applyEdit(patched, edit, canonicalJson(expected));
    if (next === undefined) return { problem: 'cannot be changed without changing more than was asked for' };
    patched = next;
  }
  return { text: patched, changes, conflicts, wrote };
}

/** Undefined when no way leads to exactly what is expected. */
function applyEdit(text: string, edit: Edit, expected: string): string | undefined {
  const isRight = (candidate: string): boolean => {
    const read = readYaml(candidate);
    return !('problem' in read) && canonicalJson(valueOf(read.document)) === expected;
  };
  const read = readYaml(text);
  if ('problem' in read) return undefined;
  const spliced = spliceYaml(text, read.document, edit);
  if (spliced !== undefined && isRight(spliced)) return spliced;
  const rewritten = rewrite(read.document, edit);
  return isRight(rewritten) ? rewritten : undefined;
}

function rewrite(document: Document.Parsed<ParsedNode>, { keys, value }: Edit): string {
  const before = document.getIn(keys, true) as Node | undefined;
  const node = toNode(value);
  if (before !== undefined) keepComments(before, node);
  if (document.contents === null || isScalar(document.contents)) document.contents = document.createNode({}) as never;
  document.setIn(keys, node);
  return document.toString(RENDERING);
}

function keepComments(from: Node, to: Node): void {
  to.commentBefore = from.commentBefore ?? null;
  if (from.spaceBefore === true) to.spaceBefore = true;
  // Of a list or a map it is the comment after its last item, which goes with it.
  if (isScalar(from)) to.comment = from.comment ?? null;
}

function valueOf(document: Document.Parsed<ParsedNode>): KeyTree {
  return (document.toJS() ?? {}) as KeyTree;
}

function withEdit(tree: KeyTree, [key = '', ...rest]: readonly string[], value: FieldValue): KeyTree {
  const before = Object.hasOwn(tree, key) ? tree[key] : undefined;
  const next = rest.length === 0 ? value : withEdit(isTree(before) ? before : {}, rest, value);
  return Object.fromEntries([...Object.entries(tree).filter(([name]) => name !== key), [key, next]]);
}
