import { loadDesiredState } from '../desired/load.ts';
import { createDockerReader } from '../engine/docker.ts';
import type { EngineReader } from '../engine/port.ts';
import { readGates } from '../gates/read.ts';
import type { CertificateStatus } from '../model/certificate-status.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Key } from '../model/key.ts';
import type { Memory } from '../model/memory.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { Plan } from '../model/plan.ts';
import type { DesiredState } from '../model/resource.ts';
import type { MountWatch } from '../observe/mounts/mount-watch.ts';
import { Observer } from '../observe/observer.ts';
import { buildPlan } from '../plan/build-plan.ts';
import { nextWanted } from '../plan/next-wanted.ts';
import { certificateStatuses } from '../plan/certificate/report.ts';
import { servedTargets } from '../plan/certificate/served-targets.ts';
import type { Clock } from '../runtime/clock.ts';
import { loadMemory } from '../runtime/memory-file.ts';
import { withMountWatch } from './answering-mounts.ts';
import type { Settings } from './arguments.ts';
import { reservedPlaces } from './reserved-places.ts';

/** Desired state, gates and memory as read once, and what the engine is missing to. */
export interface Survey {
  readonly desired: DesiredState;
  readonly gates: GateFiles;
  readonly memory: Memory;
  /** What the operator remembers may not be read by whoever asks; `memory` is empty then. */
  readonly isDenied: boolean;
  /** The plan, or why there is none: the engine could not be asked. */
  readonly outcome:
    | {
        readonly plan: Plan;
        /** Soonest expiry first. */
        readonly certificates: readonly CertificateStatus[];
        readonly engineVersion: string;
      }
    | { readonly error: Error };
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Reads everything and plans, and writes nothing anywhere: the engine's client has no mutating method, and the state
 * directory is read if it is there. `dial`: also looks at what the consumers of certificates serve. Rejects with a DesiredStateError when nothing usable could be read.
 */
export function survey(settings: Settings, clock: Clock, { dial = false } = {}): Promise<Survey> {
  return withMountWatch((mounts) => surveyWith(settings, clock, { dial, mounts }));
}

async function surveyWith(
  settings: Settings,
  clock: Clock,
  { dial, mounts }: { readonly dial: boolean; readonly mounts: MountWatch },
): Promise<Survey> {
  const { desiredDirectory, gatesDirectory, holdDirectory, stateDirectory, root, dockerHost, strictGates } = settings;
  const { memory, isOlder, isDenied } = await loadMemory(stateDirectory);
  const [desired, gates] = await Promise.all([
    mounts.readWith((silenceAt) =>
      loadDesiredState({
        directory: desiredDirectory,
        root,
        // As an operator would read it: what its closed loops changed is no difference to be undone.
        levels: memory.levels,
        reserved: reservedPlaces(settings),
        waivable: settings.allowExceptions,
        silenceAt,
      }),
    ),
    readGates({ directory: gatesDirectory, holdDirectory, desiredDirectory, strict: strictGates }),
  ]);
  const reader = createDockerReader(dockerHost === undefined ? {} : { host: dockerHost });
  try {
    const { observed } = await new Observer(reader, { instance: desired.instance, mounts }).observe(desired, {
      full: true,
    });
    const found = { desired, observed, gates, memory, busy: new Set<Key>(), now: clock.now() };
    // As an operator would remember before it plans; of what may not be read, that it was wanted once is the likelier.
    const wanted = nextWanted(found, { claims: isOlder || isDenied });
    const seen = { ...found, memory: { ...memory, wanted } };
    const served = dial ? await dialAll(servedTargets(seen), reader, clock) : {};
    const now = clock.now();
    const input = { ...seen, observed: { ...observed, served: { ...observed.served, ...served } }, now };
    const plan = buildPlan(input);
    const certificates = certificateStatuses(input, plan);
    const outcome = { plan, certificates, engineVersion: observed.engine.version };
    return { desired, gates, memory, isDenied, outcome, at: now };
  } catch (error) {
    if (!(error instanceof Error && error.name === 'EngineError')) throw error;
    return { desired, gates, memory, isDenied, outcome: { error }, at: clock.now() };
  } finally {
    reader.close();
  }
}

async function dialAll(
  targets: readonly ServedTarget[],
  reader: EngineReader,
  clock: Clock,
): Promise<Record<string, ObservedServed>> {
  if (targets.length === 0) return {};
  // Only now: most commands dial nobody.
  const { dialConsumers } = await import('./dial-consumers.ts');
  return dialConsumers(targets, reader, clock);
}
