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
  /** Renamed so, a block does not count any more and is removed at the next start. */
  removedSuffix: '.tmp-for-deletion',
} as const;
