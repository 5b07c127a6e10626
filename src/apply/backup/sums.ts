/** Digest of every file of a backup, by its path relative to the backup. */
export type Sums = ReadonlyMap<string, string>;

const LINE = /^([0-9a-f]{64}) [ *](.+)$/;

/** The text that `sha256sum -c` reads, sorted by path. */
export function formatSums(sums: Sums): string {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join('');
}

/**
 * Reads such a text.
 *
 * @throws Error for a line that is none, or a path that leads out of the backup
 */
export function parseSums(text: string): Sums {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, digest, path] = LINE.exec(line) ?? [];
    if (digest === undefined || path === undefined) throw new Error(`${JSON.stringify(line)} is no line of checksums`);
    if (path.startsWith('/') || path.split('/').some((part) => part === '..' || part === ''))
      throw new Error(`${JSON.stringify(path)} does not lie in the backup`);
    sums.set(path, digest);
  }
  return sums;
}
