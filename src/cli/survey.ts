import { loadDesiredState } from '../desired/load.ts';
import { createDockerReader } from '../engine/docker.ts';
import { readGates } from '../gates/read.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Memory } from '../model/memory.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import { Observer } from '../observe/observer.ts';
import { buildPlan } from '../plan/build-plan.ts';
import type { Clock } from '../runtime/clock.ts';
import { loadMemory } from '../runtime/memory-file.ts';
import type { Settings } from './arguments.ts';
import { reservedPlaces } from './reserved-places.ts';

/** Desired state, gates and memory as read once, and what the engine is missing to. */
export interface Survey {
  readonly desired: DesiredState;
  readonly gates: GateFiles;
  readonly memory: Memory;
  /** The plan, or why there is none: the engine could not be asked. */
  readonly outcome: { readonly plan: Plan; readonly engineVersion: string } | { readonly error: Error };
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Reads everything and plans, and writes nothing anywhere: the engine's client has no mutating method, and the state
 * directory is read if it is there. Rejects with a DesiredStateError when nothing usable could be read.
 */
export async function survey(settings: Settings, clock: Clock): Promise<Survey> {
  const { desiredDirectory, gatesDirectory, holdDirectory, stateDirectory, root, dockerHost, strictGates } = settings;
  const [desired, gates, { memory }] = await Promise.all([
    loadDesiredState({
      directory: desiredDirectory,
      root,
      reserved: reservedPlaces(settings),
      waivable: settings.allowExceptions,
    }),
    readGates({ directory: gatesDirectory, holdDirectory, desiredDirectory, strict: strictGates }),
    loadMemory(stateDirectory),
  ]);
  const reader = createDockerReader(dockerHost === undefined ? {} : { host: dockerHost });
  try {
    const { observed } = await new Observer(reader, { instance: desired.instance }).observe(desired, { full: true });
    const now = clock.now();
    const plan = buildPlan({ desired, observed, gates, memory, busy: new Set(), now });
    return { desired, gates, memory, outcome: { plan, engineVersion: observed.engine.version }, at: now };
  } catch (error) {
    if (!(error instanceof Error && error.name === 'EngineError')) throw error;
    return { desired, gates, memory, outcome: { error }, at: clock.now() };
  } finally {
    reader.close();
  }
}
