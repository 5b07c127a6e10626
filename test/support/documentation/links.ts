import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { proseOf, readPage, REPOSITORY } from './blocks.ts';

/** A link to something of the repository. */
export interface Link {
  readonly line: number;
  /** As written: a path from the page, an anchor, or both. */
  readonly target: string;
}

/** The links of a page that do not lead out of the repository. */
export function linksOf(text: string): Link[] {
  return proseOf(text)
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ line: index + 1, target })),
    )
    .filter(({ target }) => !/^[a-z]+:/.test(target));
}

/**
 * Anchors of a page as GitHub makes them of headings: lower case, without markup and punctuation, spaces as hyphens; the
 * second of a name gets `-1`.
 */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(text).matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-');
    let anchor = slug;
    for (let number = 1; anchors.has(anchor); number += 1) anchor = `${slug}-${number}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with a link from a page; undefined when it leads somewhere. */
export function brokenLink(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const at = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(REPOSITORY, at))) return `there is no ${at}`;
  if (anchor === undefined) return undefined;
  if (!at.endsWith('.md') || statSync(join(REPOSITORY, at)).isDirectory()) return `${at} has no anchors`;
  return anchorsOf(readPage(at)).has(anchor) ? undefined : `${at} has no heading for #${anchor}`;
}
