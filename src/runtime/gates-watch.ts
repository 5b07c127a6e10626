import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import type { GateFiles } from '../model/gates.ts';
import type { Clock } from './clock.ts';

const POLL_MILLISECONDS = 1_000;

export interface GatesWatch {
  readonly directories: readonly string[];
  readonly clock: Clock;
  readonly read: () => Promise<GateFiles>;
  readonly onChange: () => void;
}

/**
 * Calls back when a gate, consent or hold appears, changes or goes. `fs.watch` makes a human's touch seen at once; a
 * poll of what the files mean is the net for what it misses (a directory made later, a mount, a network file system).
 */
export function watchGates(options: GatesWatch): { close(): void } {
  const watchers = new Map<string, FSWatcher>();
  let closed = false;
  let seen: string | undefined;
  let cancel: (() => void) | undefined;

  const drop = (directory: string): void => {
    watchers.get(directory)?.close();
    watchers.delete(directory);
  };
  const attach = (directory: string): void => {
    if (watchers.has(directory)) return;
    try {
      const watcher = watch(directory, { persistent: true }, options.onChange);
      // A directory that went away ends its watcher; the poll attaches the next one.
      watcher.on('error', () => drop(directory));
      watchers.set(directory, watcher);
    } catch {
      // Missing or unreadable: `readGates` says so to people, and the poll tries again.
    }
  };
  const poll = async (): Promise<void> => {
    // `readGates` does not throw; should another reader, the pass that this causes meets the same error and tells it.
    const now = await options.read().then(meaningOf, (error: unknown) => `error: ${String(error)}`);
    if (closed) return;
    if (seen !== undefined && now !== seen) {
      // What was watched may have been exchanged for another directory of the same name.
      options.directories.forEach(drop);
      options.onChange();
    }
    seen = now;
    options.directories.forEach(attach);
    cancel = options.clock.after(POLL_MILLISECONDS, () => void poll());
  };
  void poll();
  return {
    close() {
      closed = true;
      cancel?.();
      options.directories.forEach(drop);
    },
  };
}

function meaningOf(gates: GateFiles): string {
  return JSON.stringify([gates.open, gates.refused, [...gates.holds], gates.error]);
}
