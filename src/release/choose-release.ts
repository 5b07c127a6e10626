import type { ReleaseRecord } from './record.ts';

/** A release that is there, with its record where one could be read. */
export interface Release {
  readonly commit: string;
  readonly record: ReleaseRecord | undefined;
}

/** Newest first, by when they went live; those of which that is not known last. */
export function newestFirst(releases: readonly Release[]): Release[] {
  const time = ({ record }: Release): string => record?.deployedAt ?? '';
  return [...releases].sort((a, b) => (time(a) > time(b) ? -1 : time(a) < time(b) ? 1 : a.commit < b.commit ? -1 : 1));
}

/**
 * Releases to remove so that the newest `keep` stay, the current one among them or not. Those in use (the current one,
 * and the one that the operator read last) never go.
 */
export function releasesToPrune(releases: readonly Release[], inUse: ReadonlySet<string>, keep: number): string[] {
  const idle = newestFirst(releases).filter(({ commit }) => !inUse.has(commit));
  const room = Math.max(0, keep - (releases.length - idle.length));
  return idle.slice(room).map(({ commit }) => commit);
}

/**
 * The release to go back to when none is named: what was live before the current one, as noted when that was pushed, so
 * that going back again goes further back and never returns to what was left. Undefined: there is none any more.
 */
export function releaseBefore(releases: readonly Release[], current: string | undefined): string | undefined {
  const ordered = newestFirst(releases);
  const at = ordered.findIndex(({ commit }) => commit === current);
  const noted = ordered[at]?.record?.previous;
  // One that went live again since is newer now, and its own predecessor leads back here: that way is a circle.
  if (noted !== undefined && ordered.slice(at + 1).some(({ commit }) => commit === noted)) return noted;
  return ordered.slice(at + 1).find(({ commit }) => commit !== current)?.commit;
}

/** The releases that an abbreviated or whole commit means. */
export function releasesNamed(releases: readonly Release[], revision: string): string[] {
  if (!/^[0-9a-f]{4,64}$/.test(revision)) return [];
  return releases.map(({ commit }) => commit).filter((commit) => commit.startsWith(revision));
}
