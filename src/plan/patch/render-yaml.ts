import { Document, isScalar, parse, Scalar, visit, type Node } from 'yaml';
import type { FieldValue } from '../../model/fields.ts';

/** No line is folded, and no string is spread over several lines in quotes. */
export const RENDERING = { lineWidth: 0, doubleQuotedAsJSON: true } as const;

/** A value to a node. Text that a reader of YAML 1.1 would take for something else (`yes`, `0644`) is quoted. */
export function toNode(value: FieldValue): Node {
  const { contents } = new Document(value);
  if (contents === null) return new Scalar(null);
  visit(contents, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && isAmbiguous(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return contents;
}

/** Lines of a map of keys, without their indentation, or of a single value. */
export function renderLines(value: FieldValue, indent: number): string[] {
  const document = new Document();
  document.contents = toNode(value);
  return document
    .toString({ ...RENDERING, indent })
    .trimEnd()
    .split('\n');
}

/** A value on one line. */
export function renderInline(value: FieldValue, style?: Scalar.Type): string {
  const node = toNode(value);
  if (isScalar(node)) {
    const isText = typeof node.value === 'string';
    if (isText && (style === 'QUOTE_SINGLE' || style === 'QUOTE_DOUBLE')) node.type = style;
    if (isText && String(node.value).includes('\n')) node.type = 'QUOTE_DOUBLE';
  } else visit(node, { Collection: (_key, each) => void (each.flow = true) });
  const document = new Document();
  document.contents = node;
  return document.toString({ ...RENDERING, collectionStyle: 'flow', flowCollectionPadding: false }).trimEnd();
}

function isAmbiguous(text: string): boolean {
  if (!/^[\w.+:~<=-]+$/.test(text)) return false;
  try {
    return parse(text, { version: '1.1', logLevel: 'silent' }) !== text;
  } catch {
    return false;
  }
}
