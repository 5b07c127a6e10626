import type { Dial } from '../certs/dial.ts';
import type { CertificateFiles } from '../certs/files.ts';
import type { Engine } from '../engine/port.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { PullAmount } from '../model/pull-amount.ts';
import type { Key } from '../model/key.ts';
import type { Patched } from '../model/memory.ts';
import type { Level, Loop } from '../model/levels.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { Operation, StepArguments } from '../model/step.ts';
import type { Clock } from '../runtime/clock.ts';

/** Memory that steps write: what must survive a restart of the operator. */
export interface Remember {
  /** `log`: what the container that failed said last. */
  recordRollback(key: Key, specHash: string, reason: string, log?: string): Promise<void>;
  recordNotified(key: Key, digest: string): Promise<void>;
  recordPatched(key: Key, wrote: Patched): Promise<void>;
  /** A loop of a resource changes now. */
  recordLevel(key: Key, loop: Loop, level: Omit<Level, 'since'>): Promise<void>;
  /** A container is restarted now for a scrape that fails; 0: earlier restarts do not count any more. */
  recordRemediation(key: Key, specHash: string, restarts: number): Promise<void>;
}

/** What every step function may use. */
export interface StepContext {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Directory for last-good copies and check candidates; only the operator reads it. */
  readonly stateDirectory: string;
  readonly remember: Remember;
  /** Resource that the step belongs to. */
  readonly target: Key;
  /** File operations on key pairs and secrets: the real ones, except in simulations. */
  readonly files: CertificateFiles;
  readonly dial: Dial;
  /** Told of what a step found when it dialled, once. */
  readonly reportServed: (key: Key, target: ServedTarget, found: ObservedServed) => void;
  /** Told of snapshots that a step deleted, so that nobody plans by an older look. */
  readonly reportDeleted: (key: Key, snapshots: readonly string[]) => void;
  /** Names of check containers that run now, so that one step does not sweep away another's. */
  readonly activeChecks: Set<string>;
  /** A line for people while the step runs. */
  readonly progress: (text: string, amount?: PullAmount) => void;
}

/**
 * One step. Resolves when done; rejects with an EngineError, a StepError or a file system error, and the executor makes
 * an outcome of it. What makes a container resolves to its id; what found something out that people want to know of the
 * step later resolves to that.
 */
export type StepFunction<O extends Operation> = (
  args: StepArguments[O],
  context: StepContext,
) => Promise<string | { readonly said: string } | void>;
