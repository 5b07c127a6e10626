import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatSubnet, parseSubnet } from './subnet.ts';
import type { Zone } from './zone-table.ts';

/** How a zone of ours differs from firewalld's zone of the same name: in how many subnets. */
export interface ZoneDifference {
  readonly zone: string;
  /** Subnets of ours that firewalld's zone does not have. */
  readonly missing: number;
  /** Sources of firewalld's zone that ours does not have. */
  readonly extra: number;
}

const MOST_FILES = 64;
const MOST_BYTES = 256 * 1024;
const SOURCE = /<source\b[^>]*\baddress\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const COMMENT = /<!--[\s\S]*?-->/g;

/** The addresses of the `<source>` elements of a firewalld zone file. */
export function firewalldSources(xml: string): string[] {
  return [...xml.replace(COMMENT, '').matchAll(SOURCE)].map(([, double, single]) => double ?? single ?? '');
}

/**
 * Compares our zones with firewalld's zone files (`<directory>/<zone>.xml`, sources only: interfaces have no subnets
 * there). Zones that firewalld does not have differ in all subnets; zones that only firewalld has count when they have
 * sources. Rejects with the system's error when the directory cannot be read.
 */
export async function compareWithFirewalld(zones: readonly Zone[], directory: string): Promise<ZoneDifference[]> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('.xml')).sort();
  const theirs = new Map<string, Set<string>>();
  for (const name of files.slice(0, MOST_FILES)) {
    const text = await readFile(join(directory, name), 'utf8');
    if (text.length <= MOST_BYTES) theirs.set(basename(name, '.xml'), spellings(firewalldSources(text)));
  }
  const ours = new Map(zones.map(({ name, subnets }) => [name, spellings(subnets)]));
  const names = new Set([
    ...ours.keys(),
    ...[...theirs].filter(([, sources]) => sources.size > 0).map(([name]) => name),
  ]);
  return [...names].sort().map((zone) => ({
    zone,
    missing: countOnlyIn(ours.get(zone), theirs.get(zone)),
    extra: countOnlyIn(theirs.get(zone), ours.get(zone)),
  }));
}

function spellings(subnets: readonly string[]): Set<string> {
  return new Set(
    subnets.map((text) => {
      const subnet = parseSubnet(text);
      return subnet === undefined ? text : formatSubnet(subnet);
    }),
  );
}

function countOnlyIn(one: ReadonlySet<string> = new Set(), other: ReadonlySet<string> = new Set()): number {
  let count = 0;
  for (const subnet of one) if (!other.has(subnet)) count++;
  return count;
}
