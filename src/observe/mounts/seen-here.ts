import { readFileSync, readlinkSync } from 'node:fs';

/** Text of this process's own mountinfo; empty where there is none. */
export function readOwnTable(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** What a symlink names; undefined when it is none, or cannot be seen. */
export function readLinkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
