import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The path with the symlinks of its longest existing part resolved. */
export function resolveExisting(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(resolveExisting(parent), basename(path));
  }
}
