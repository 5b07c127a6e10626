import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';

/** Writes what is dirty and drops the kernel's page cache; what is in the way, when something is (it needs root). */
export function dropPageCache(): string | undefined {
  try {
    execFileSync('sync');
    writeFileSync('/proc/sys/vm/drop_caches', '3');
    return undefined;
  } catch (error) {
    return `the page cache cannot be dropped: ${error instanceof Error ? error.message : String(error)}`;
  }
}
