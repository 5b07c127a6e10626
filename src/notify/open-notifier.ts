import { join } from 'node:path';
import type { ReceiverSpec } from '../model/notification-spec.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Attempt } from './deliver/attempt.ts';
import type { JudgeFile } from './deliver/secret-file.ts';
import { createSendCommand } from './deliver/send-command.ts';
import { createSendWeb, type AnsweringMounts } from './deliver/send-web.ts';
import { EMPTY_NOTIFY_MEMORY, loadNotifyMemory, saveNotifyMemory } from './memory-file.ts';
import { Notifier } from './notifier.ts';

/** Where things are. */
export interface NotifyPlaces {
  /** Prefix of the paths of manifests; empty for none. */
  readonly root: string;
  /** Where the programs of commands are. */
  readonly commandDirectory: string;
  /** Whether a file that a manifest names may be used. */
  readonly judge: JudgeFile;
  /** Whom to ask whether the file system of a path answers; absent: all do. */
  readonly mounts?: AnsweringMounts | undefined;
  readonly now: () => number;
}

/** Delivery as each receiver wants it. */
export function createAttempt({ root, commandDirectory, judge, mounts, now }: NotifyPlaces): Attempt {
  const web = createSendWeb({ hostPath: (path) => (root === '' ? path : join(root, path)), judge, mounts, now });
  const command = createSendCommand({ directory: commandDirectory, user: process.getuid?.() ?? 0 });
  return (receiver: ReceiverSpec, notification, signal) =>
    receiver.type === 'command' ? command(receiver, notification, signal) : web(receiver, notification, signal);
}

/** A notifier with what it remembers from before; a memory that cannot be used is empty, and that is told. */
export async function openNotifier(options: {
  readonly clock: Clock;
  readonly stateDirectory: string;
  readonly root: string;
  readonly commandDirectory: string;
  readonly judge: JudgeFile;
  readonly mounts?: AnsweringMounts;
  readonly snapshot: () => StatusSnapshot;
  readonly tell: (event: TraceEvent) => void;
}): Promise<Notifier> {
  const { clock, stateDirectory, snapshot, tell } = options;
  const memory = await loadNotifyMemory(stateDirectory).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `what was notified before is not known and may be told again: ${reason}`;
    tell({ type: 'warning', at: clock.now(), message });
    return EMPTY_NOTIFY_MEMORY;
  });
  return new Notifier({
    clock,
    snapshot,
    tell,
    memory,
    attempt: createAttempt({ ...options, now: () => clock.now() }),
    save: (changed) => saveNotifyMemory(stateDirectory, changed),
  });
}
