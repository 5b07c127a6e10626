/** Names in the data directory of a Prometheus, as it makes them itself. What is named otherwise is not touched. */
export const TSDB = {
  /** Directory of a block: a ULID. */
  block: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/,
  /** Directory of a snapshot: `20261122T035937Z-0a1397dd1e8cb472`. */
  snapshot: /^\d{8}T\d{6}Z-[0-9a-f]{1,16}$/,
  /** Directory of the snapshots, below the data directory. */
  snapshots: 'snapshots',
  /** Description of a block, in its directory. */
  meta: 'meta.json',
  /** Bytes of it that are read. */
  metaLimit: 1024 * 1024,
  /** Renamed so, a block does not count any more; Prometheus removes it at its next start. */
  removedSuffix: '.tmp-for-deletion',
} as const;

/** Second in which a snapshot was begun, in milliseconds since the epoch; undefined when that is no name of one. */
export function snapshotTime(name: string): number | undefined {
  if (!TSDB.snapshot.test(name)) return undefined;
  const time = Date.parse(name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/, '$1-$2-$3T$4:$5:$6Z'));
  return Number.isNaN(time) ? undefined : time;
}

/** Text of a block's description to the end of its samples, milliseconds since the epoch; undefined when it is none. */
export function blockMaxTime(meta: string): number | undefined {
  try {
    const value: unknown = JSON.parse(meta);
    const maxTime: unknown =
      typeof value === 'object' && value !== null && 'maxTime' in value ? value.maxTime : undefined;
    return typeof maxTime === 'number' && Number.isFinite(maxTime) ? maxTime : undefined;
  } catch {
    return undefined;
  }
}

/** Oldest first; of the same end by name, which tells when it was made. */
export function byAge(a: { maxTime: number; name: string }, b: { maxTime: number; name: string }): number {
  return a.maxTime - b.maxTime || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
