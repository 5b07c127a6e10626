import {
  isMap,
  isScalar,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  visit,
  type Document,
  type ParsedNode,
} from 'yaml';

/** Brackets that may be open at once; nobody writes so many. */
const DEEPEST = 500;

const TOO_DEEP = 'is nested too deeply to be read';

/** A YAML text that can be changed, or why it cannot. */
export type Patchable = { readonly document: Document.Parsed<ParsedNode> } | { readonly problem: string };

/**
 * Text to its one document: a map, or nothing yet. What cannot be changed without touching what nobody named is refused:
 * several documents, anchors and aliases. Never throws.
 */
export function readYaml(text: string): Patchable {
  const counter = new LineCounter();
  if (isTooDeep(text)) return { problem: TOO_DEEP };
  const line = (offset: number): string => `line ${Math.max(1, counter.linePos(offset).line)}`;
  try {
    // The parser's own test for duplicate keys compares every pair of keys.
    const options = { lineCounter: counter, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' } as const;
    const parsed = parseAllDocuments(text, options);
    const documents = Array.isArray(parsed) ? parsed : [];
    for (const { errors } of documents)
      for (const error of errors) return { problem: `is not YAML: ${line(error.pos[0])}: ${error.message}` };
    const document = documents[0] ?? parseDocument(text);
    const second = documents[1];
    if (second !== undefined)
      return {
        problem: `holds several YAML documents (${line(second.range[0])}): only a file with one can be changed`,
      };
    const { contents } = document;
    if (contents !== null && !isMap(contents) && !(isScalar(contents) && contents.value === null))
      return { problem: 'is not a map of keys' };
    const problem = problemIn(document, line);
    return problem === undefined ? { document } : { problem };
  } catch (error) {
    if (error instanceof RangeError) return { problem: TOO_DEEP };
    return { problem: `is not YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/**
 * Brackets that are open, and lists in lists, before anybody parses them: the parser calls itself for each, and near the
 * end of the stack V8 has been seen to give up on a regular expression, and the process with it.
 */
function isTooDeep(text: string): boolean {
  if (/^[ \t]*(?:[-?] +){200}/m.test(text)) return true;
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(0, open - 1);
    if (open > DEEPEST) return true;
  }
  return false;
}

function problemIn(document: Document.Parsed, line: (offset: number) => string): string | undefined {
  let problem: string | undefined;
  const stop = (what: string, offset: number | undefined): symbol => {
    problem = `${what} (${line(offset ?? 0)})`;
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_key, node) => stop('uses an alias, whose change would reach elsewhere', node.range?.[0]),
    Value(_key, node) {
      if (node.anchor !== undefined)
        return stop(`has an anchor &${node.anchor}, whose change would reach elsewhere`, node.range?.[0]);
      return undefined;
    },
    Map(_key, node) {
      if (node.anchor !== undefined)
        return stop(`has an anchor &${node.anchor}, whose change would reach elsewhere`, node.range?.[0]);
      const seen = new Set<string>();
      for (const { key } of node.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) return stop(`has the key ${name} twice in one map`, key.range?.[0]);
        seen.add(name);
      }
      return undefined;
    },
  });
  return problem;
}
