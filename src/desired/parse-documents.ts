import {
  LineCounter,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseAllDocuments,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { Key } from '../model/key.ts';
import type { Finding, SourceLocation } from '../model/resource.ts';
import type { FieldPath } from './field.ts';
import { explainSyntax } from './syntax-words.ts';

/** One YAML document, with the way back from its values to where they are written. */
export interface ParsedDocument {
  readonly file: string;
  readonly value: unknown;
  /** Where a field is written: its key in a map, its item in a list; for a missing field, the closest parent. */
  locate(path: FieldPath): SourceLocation;
  /** A scalar as it is written, e.g. `0644`; undefined when there is none at the path. */
  sourceText(path: FieldPath): string | undefined;
  /** Only of what the program rendered: where that comes from. */
  readonly origin?: DocumentOrigin;
}

/** The document that a rendered one was made of; its locations are that document's. */
export interface DocumentOrigin {
  readonly key: Key;
  /** Path there of what a path of the rendered document comes from, as far as that is known. */
  pathOf(path: FieldPath): FieldPath | undefined;
}

export interface ParsedFile {
  /** Empty when the file has any syntax error: then not even the borders between documents can be trusted. */
  readonly documents: readonly ParsedDocument[];
  readonly findings: readonly Finding[];
}

/** Aliases that a document may resolve to before it counts as an attack. */
const MAXIMUM_ALIASES = 100;

const TOO_DEEP = 'is nested too deeply to be read';

/** YAML 1.2 text of one file to its documents. Empty documents are left out. Never throws. */
export function parseDocuments(file: string, text: string): ParsedFile {
  const counter = new LineCounter();
  const findings: Finding[] = [];
  const documents: ParsedDocument[] = [];
  const place = (offset: number): SourceLocation => {
    const { line, col } = counter.linePos(Math.min(Math.max(offset, 0), text.length));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const reject = (offset: number, message: string): void => {
    findings.push({ severity: 'error', rule: 'yaml-syntax', source: place(offset), message });
  };

  try {
    // The parser's own test for duplicate keys compares every pair of keys; `findDuplicates` is linear.
    const parsed = parseAllDocuments(text, {
      lineCounter: counter,
      prettyErrors: false,
      uniqueKeys: false,
      merge: true,
      logLevel: 'silent',
    });
    for (const document of Array.isArray(parsed) ? parsed : []) {
      for (const { offset, message } of explainSyntax(document.errors))
        reject(offset, /call stack/i.test(message) ? TOO_DEEP : message);
      for (const warning of document.warnings) reject(warning.pos[0], warning.message);
      if (document.errors.length > 0) continue;
      for (const { offset, key } of findDuplicates(document))
        reject(offset, `the key ${key} is there twice in one map: remove one`);
      const value: unknown = document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
      if (value === null || value === undefined) continue;
      documents.push({
        file,
        value,
        locate: (path) => place(nodeOffset(document, path)),
        sourceText: (path) => scalarSource(document, path),
      });
    }
  } catch (error) {
    reject(0, explainFailure(error));
  }
  return { documents: findings.length > 0 ? [] : documents, findings };
}

function explainFailure(error: unknown): string {
  if (error instanceof RangeError) return TOO_DEEP;
  const message = error instanceof Error ? error.message : String(error);
  if (/alias count/i.test(message))
    return `aliases multiply to more than ${MAXIMUM_ALIASES} values: write the values out`;
  return `cannot be read as YAML: ${message.slice(0, 300)}`;
}

function findDuplicates(document: Document.Parsed): { offset: number; key: string }[] {
  const duplicates: { offset: number; key: string }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) duplicates.push({ offset: key.range?.[0] ?? 0, key: name.slice(0, 100) });
        seen.add(name);
      }
    },
  });
  return duplicates;
}

/** Walks as far as the path leads; `offset` is where the last step that exists is written. */
function walk(document: Document.Parsed, path: FieldPath): { node: unknown; offset: number; complete: boolean } {
  let node: unknown = document.contents;
  let offset = offsetOf(document.contents) ?? 0;
  for (const segment of path) {
    if (isAlias(node)) node = node.resolve(document);
    let next: unknown;
    let at: number | undefined;
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(segment),
      );
      next = pair?.value;
      at = pair === undefined ? undefined : offsetOf(pair.key);
      if (pair === undefined) return { node, offset, complete: false };
    } else if (isSeq(node)) {
      // A name leads to the item that is this name: short forms are lists where long forms are maps.
      next =
        typeof segment === 'number'
          ? node.items[segment]
          : node.items.find((item) => isScalar(item) && item.value === segment);
      if (next === undefined) return { node, offset, complete: false };
      at = offsetOf(next);
    } else return { node, offset, complete: false };
    node = next;
    offset = at ?? offset;
  }
  return { node, offset, complete: true };
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

function nodeOffset(document: Document.Parsed, path: FieldPath): number {
  return walk(document, path).offset;
}

function scalarSource(document: Document.Parsed, path: FieldPath): string | undefined {
  const found = walk(document, path);
  const node = isAlias(found.node) ? found.node.resolve(document) : found.node;
  return found.complete && isScalar(node) ? node.source : undefined;
}
