import { resolve } from 'node:path';
import { isEngineError } from '../engine/errors.ts';
import type { ContainerCreateBody } from '../engine/wire.ts';
import { CHECK_STATE_LABEL, confinedBody } from './confined-body.ts';
import type { StepContext } from './context.ts';
import { shortHash } from './short-hash.ts';

/** A program that is run once, seeing only what it is shown. */
export interface ThrowAway {
  /** Tells it from others of this operator. */
  readonly purpose: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Shown read-only: path inside to host path. */
  readonly mounts: Readonly<Record<string, string>>;
  /** Empty directories in memory, by path inside, with their options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds. */
  readonly deadline: number;
}

/** How it ended; undefined exit code: it did not within its time. */
export interface ThrownAway {
  readonly exitCode: number | undefined;
  /** The last lines of its output. */
  readonly output: string;
}

const OUTPUT_LINES = 1000;

/**
 * Runs a program in a container that has no network, no capabilities and a read-only root. It runs as root without any
 * right to look past modes, so that it can read what only root may. Nothing of it stays behind, whatever happens.
 *
 * @throws EngineError, also when the program cannot be started
 */
export async function runThrowAway(
  wanted: ThrowAway,
  { engine, stateDirectory, activeChecks }: StepContext,
): Promise<ThrownAway> {
  const state = shortHash(resolve(stateDirectory));
  const name = `bastion-${wanted.purpose}-${state}`;
  activeChecks.add(name);
  try {
    // A killed run of ours may have left it.
    const leftover = await engine.inspectContainer(name);
    if (leftover?.Config.Labels?.[CHECK_STATE_LABEL] === state) await engine.removeContainer(leftover.Id, true);
    const id = await engine.createContainer(name, bodyOf(wanted, state));
    try {
      await engine.startContainer(id);
      const exitCode = await engine.waitContainer(id, wanted.deadline).catch((error: unknown) => {
        if (isEngineError(error, 'ENGINE_DEADLINE')) return undefined;
        throw error;
      });
      return { exitCode, output: (await engine.logs(id, OUTPUT_LINES)).trim() };
    } finally {
      await engine.removeContainer(id, true);
    }
  } finally {
    activeChecks.delete(name);
  }
}

function bodyOf({ image, command, mounts, tmpfs, memory }: ThrowAway, state: string): ContainerCreateBody {
  const seen = Object.entries(mounts).map(([target, source]) => ({ source, target }));
  return confinedBody({ image, command, user: '0:0', mounts: seen, tmpfs, memory }, state);
}
