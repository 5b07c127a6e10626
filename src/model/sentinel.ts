import type { Key } from './key.ts';

/** Name of the file that tells a directory from an empty one whose disk is not mounted. */
export const SENTINEL_NAME = '.bastion-sentinel';

/** Bytes; ours are a few lines. */
export const SENTINEL_LIMIT = 4096;

const ID = /^id ([0-9a-f]{32})$/m;

/** A sentinel's content. */
export function sentinelText(id: string, key: Key): string {
  return (
    `# Made by bastion for ${key}: tells this directory from an empty one whose disk is not mounted.\n` +
    `# Keep it, and move it along with the data.\n` +
    `id ${id}\n`
  );
}

/** The id in a sentinel's content; undefined when it is none of ours. */
export function sentinelId(text: string): string | undefined {
  return ID.exec(text)?.[1];
}

/** Which directory a resource had when all was well. */
export interface RememberedSentinel {
  readonly id: string;
  /** `st_dev:st_ino` of the directory. Tells people what is other than it was; device numbers may change with a reboot. */
  readonly inode: string;
}

/** The sentinel of a directory, as it is now. */
export type ObservedSentinel =
  | { readonly state: 'present'; readonly id: string; readonly inode: string }
  /** `inode` is absent when there is no directory either. */
  | { readonly state: 'missing'; readonly inode?: string }
  /** It could not be looked at, or is none of ours. */
  | { readonly state: 'unreadable'; readonly error: string };
