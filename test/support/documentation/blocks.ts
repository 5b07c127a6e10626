import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  /** Path of the page from the repository's root, e.g. `docs/gates.md`. */
  readonly page: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** First word of the info string; empty when there is none. */
  readonly language: string;
  /** Second word of the info string without a colon, e.g. `not-run`; empty when there is none. */
  readonly mark: string;
  /** What stands behind the mark's colon. */
  readonly reason: string;
  readonly text: string;
}

/** Every page that is held by the tests, by its path from the root: those at the root and those in docs/. */
export function pages(): string[] {
  const names = (folder: string): string[] =>
    readdirSync(join(REPOSITORY, folder), { recursive: folder !== '', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return [...names(''), ...names('docs')].sort();
}

/** Text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(REPOSITORY, page), 'utf8');
}

/** Where a block is, as errors name it. */
export function place({ page, line }: Pick<Block, 'page' | 'line'>): string {
  return `${page}:${line}`;
}

/**
 * The fenced blocks of a page, in order. A fence may be indented (in a list); the indentation is taken off.
 *
 * @throws Error for a fence that is not closed
 */
export function blocksOf(page: string, text = readPage(page)): Block[] {
  const blocks: Block[] = [];
  let open:
    { readonly indent: string; readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  text.split('\n').forEach((line, index) => {
    const fence = /^(\s*)```(.*)$/.exec(line);
    if (open === undefined) {
      if (fence !== null) open = { indent: fence[1] ?? '', info: fence[2] ?? '', line: index + 1, lines: [] };
    } else if (fence === null)
      open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line.trimStart());
    else {
      const [, language = '', mark = '', reason = ''] = /^(\S*)\s*([^:]*)(?::\s*(.*))?$/.exec(open.info.trim()) ?? [];
      blocks.push({ page, line: open.line, language, mark: mark.trim(), reason, text: open.lines.join('\n') + '\n' });
      open = undefined;
    }
  });
  if (open !== undefined) throw new Error(`${page}:${open.line}: this fence is not closed`);
  return blocks;
}

/** A page without its fenced blocks, line for line, so that line numbers stay. */
export function proseOf(text: string): string {
  let fenced = false;
  return text
    .split('\n')
    .map((line) => {
      const fence = /^\s*```/.test(line);
      if (fence) fenced = !fenced;
      return fence || fenced ? '' : line;
    })
    .join('\n');
}
