import {
  isCollection,
  isMap,
  isScalar,
  type Document,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import type { FieldValue } from '../../model/fields.ts';
import { isTree } from '../../model/key-tree.ts';
import type { Edit } from './decide.ts';
import { renderInline, renderLines } from './render-yaml.ts';

/** A piece of a text and what comes in its place. */
interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

const USUAL_INDENT = 2;

/**
 * Makes an edit in the text itself, so that everything else stays as it is to the letter. Undefined where that would need
 * more than adding lines or exchanging a piece of one. The result is a guess until it was read again.
 */
export function spliceYaml(text: string, document: Document.Parsed<ParsedNode>, edit: Edit): string | undefined {
  const splice = find(text, document, edit);
  if (splice === undefined) return undefined;
  const ending = text.includes('\r\n') ? '\r\n' : '\n';
  return text.slice(0, splice.from) + splice.text.replaceAll('\n', ending) + text.slice(splice.to);
}

function find(text: string, document: Document.Parsed<ParsedNode>, { keys, value }: Edit): Splice | undefined {
  const { contents } = document;
  const indent = indentOf(text, contents) ?? USUAL_INDENT;
  const key = keys.at(-1) ?? '';
  const parent = keys.length === 1 ? contents : document.getIn(keys.slice(0, -1), true);
  if (!isMap(parent))
    return keys.length === 1 ? append(text, text.length, renderLines({ [key]: value }, indent), 0) : undefined;
  const map = parent as YAMLMap<Node, Node | null>;
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  if (pair === undefined) return insert(text, map, key, value, indent);
  const node = pair.value;
  if (isScalar(node) && node.value === null && (node.source ?? '') === '') return fill(text, map, pair, value, indent);
  return exchange(text, node, value);
}

/** Another value for a key that has one, both of them on one line. */
function exchange(text: string, node: Node | null, value: FieldValue): Splice | undefined {
  const [from, to] = node?.range ?? [];
  if (from === undefined || to === undefined || node?.tag?.startsWith('!') === true) return undefined;
  if (text.slice(from, to).includes('\n') || (isTree(value) && Object.keys(value).length > 0)) return undefined;
  if (isCollection(node) && node.flow !== true) return undefined;
  const shown = renderInline(value, isScalar(node) ? (node.type ?? undefined) : undefined);
  return shown.includes('\n') ? undefined : { from, to, text: shown };
}

/** A value for a key that has none. */
function fill(
  text: string,
  map: YAMLMap,
  { key }: Pair<Node, Node | null>,
  value: FieldValue,
  indent: number,
): Splice | undefined {
  const end = key.range?.[1];
  const start = key.range?.[0];
  if (end === undefined || start === undefined) return undefined;
  const colon = text.indexOf(':', end);
  if (colon < 0 || text.slice(end, colon).trim() !== '') return undefined;
  const isBlock = (isTree(value) || Array.isArray(value)) && map.flow !== true;
  if (!isBlock || Object.keys(value as object).length === 0)
    return { from: colon + 1, to: colon + 1, text: ` ${renderInline(value)}` };
  const column = columnOf(text, start);
  return column === undefined
    ? undefined
    : append(text, lineEnd(text, colon), renderLines(value, indent), column + indent);
}

/** A new key after the last one of a map. */
function insert(
  text: string,
  map: YAMLMap<Node, Node | null>,
  key: string,
  value: FieldValue,
  indent: number,
): Splice | undefined {
  if (map.flow === true) return insertInFlow(text, map, key, value);
  const first = map.items[0]?.key.range?.[0];
  const last = map.items.at(-1);
  const column = first === undefined ? undefined : columnOf(text, first);
  const end = last === undefined ? undefined : endOf(text, last);
  if (column === undefined || end === undefined) return undefined;
  return append(text, end, renderLines({ [key]: value }, indent), column);
}

function insertInFlow(text: string, map: YAMLMap, key: string, value: FieldValue): Splice | undefined {
  const end = map.range?.[1];
  if (end === undefined || text[end - 1] !== '}') return undefined;
  const shown = renderInline({ [key]: value }).replace(/^\{ ?| ?\}$/g, '');
  const before = text.slice(0, end - 1).trimEnd();
  const isFirst = map.items.length === 0;
  const space = text.slice(before.length, end - 1);
  return { from: before.length, to: end - 1, text: `${isFirst ? ' ' : ', '}${shown}${isFirst ? ' ' : space}` };
}

/** Lines after the line that ends at an offset. */
function append(text: string, offset: number, lines: readonly string[], column: number): Splice {
  const block = lines.map((line) => (line === '' ? '' : ' '.repeat(column) + line)).join('\n');
  const isLineStart = offset === 0 || text[offset - 1] === '\n';
  const isLast = offset >= text.length;
  if (isLineStart) return { from: offset, to: offset, text: `${block}\n` };
  return { from: offset, to: offset, text: isLast ? `\n${block}\n` : `\n${block}` };
}

/** Where the last line of a pair ends, its comment included; the beginning of the next line after a block of text. */
function endOf(text: string, { key, value }: Pair<Node, Node | null>): number | undefined {
  if (isMap(value) && value.flow !== true && value.items.length > 0)
    return endOf(text, value.items.at(-1) as Pair<Node, Node | null>);
  const isBare = isScalar(value) && value.type === 'PLAIN' && (value.source ?? '') === '';
  const end = (isBare ? undefined : value?.range?.[1]) ?? key.range?.[1];
  if (end === undefined) return undefined;
  return text[end - 1] === '\n' ? end : lineEnd(text, end);
}

/** Before the line break. */
function lineEnd(text: string, offset: number): number {
  const found = text.indexOf('\n', offset);
  if (found < 0) return text.length;
  return text[found - 1] === '\r' ? found - 1 : found;
}

/** Spaces before what stands first in its line; undefined when something else does. */
function columnOf(text: string, offset: number): number | undefined {
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).replace(/^\uFEFF/, '');
  return /^ *$/.test(before) ? before.length : undefined;
}

/** By how much the owner indents; undefined when nothing shows it. */
function indentOf(text: string, node: Node | null): number | undefined {
  if (!isMap(node) || node.flow === true) return undefined;
  for (const { key, value } of (node as YAMLMap<Node, Node | null>).items) {
    if (!isMap(value) || value.flow === true) continue;
    const inner = (value as YAMLMap<Node, Node | null>).items[0]?.key.range?.[0];
    const [own, child] = [columnOf(text, key.range?.[0] ?? 0), inner === undefined ? undefined : columnOf(text, inner)];
    if (own !== undefined && child !== undefined && child > own) return child - own;
  }
  return undefined;
}
