import { ContextDigests } from '../desired/context-digests.ts';
import { loadDesiredState } from '../desired/load.ts';
import { resolveExisting } from '../desired/real-path.ts';
import { watchDesiredState } from '../desired/watch.ts';
import { createDockerEngine } from '../engine/docker.ts';
import { readGates } from '../gates/read.ts';
import type { GateFiles } from '../model/gates.ts';
import type { Levels } from '../model/levels.ts';
import type { DesiredState } from '../model/resource.ts';
import { MountWatch } from '../observe/mounts/mount-watch.ts';
import { assembleController } from '../runtime/assemble.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Controller } from '../runtime/controller.ts';
import { watchGates } from '../runtime/gates-watch.ts';
import { lockInstance } from '../runtime/instance-lock.ts';
import { HistoryWriter } from '../status/history.ts';
import type { Settings } from './arguments.ts';
import type { TraceConsumer } from './choose-log.ts';
import { packageVersion } from './package-version.ts';
import { reservedPlaces } from './reserved-places.ts';

/** A controller with all that belongs to it. */
export interface Operator {
  readonly controller: Controller;
  /** Ends the loop and gives everything back: sockets, watches, the lock. */
  close(): Promise<void>;
}

/**
 * Takes the lock on the state directory and puts the operator together; history is kept from the first step on.
 * Does not start it. Rejects with an InstanceLockError when another operator works on the state directory.
 *
 * @param options.onDesired told of every desired state that could be read
 * @param options.mounts closed with it; default: one of its own
 */
export async function createOperator(
  settings: Settings,
  clock: Clock,
  consumers: readonly TraceConsumer[],
  options: { readonly onDesired?: (desired: DesiredState) => void; readonly mounts?: MountWatch } = {},
): Promise<Operator> {
  const { desiredDirectory, gatesDirectory, holdDirectory, stateDirectory, root, dockerHost, strictGates } = settings;
  const digests = new ContextDigests();
  const { mounts = new MountWatch(), onDesired } = options;
  const load = async (previous: DesiredState | undefined, levels: Levels): Promise<DesiredState> => {
    const desired = await mounts.readWith((silenceAt) =>
      loadDesiredState({
        // A release that is exchanged while it is read must not be mixed with the next one.
        directory: resolveExisting(desiredDirectory),
        root,
        levels,
        digests,
        silenceAt,
        reserved: reservedPlaces(settings),
        waivable: settings.allowExceptions,
        ...(previous === undefined ? {} : { previous }),
      }),
    );
    onDesired?.(desired);
    return desired;
  };
  const readOnce = (): Promise<GateFiles> =>
    readGates({ directory: gatesDirectory, holdDirectory, desiredDirectory, strict: strictGates });

  const lock = await lockInstance(stateDirectory);
  const engine = createDockerEngine(dockerHost === undefined ? {} : { host: dockerHost });
  try {
    const history = new HistoryWriter(stateDirectory, {
      onError: (message) => {
        for (const consumer of consumers)
          consumer.consume({ type: 'fault', at: clock.now(), where: 'history', message });
      },
    });
    const controller = await assembleController({
      version: packageVersion,
      desiredDirectory,
      engine,
      mounts,
      clock,
      stateDirectory,
      checkSchedule: settings.checkSchedule,
      loadDesired: load,
      watchDesired: (onChange) => watchDesiredState(desiredDirectory, clock, onChange),
      readGates: readOnce,
      watchGates: (onChange) =>
        watchGates({ directories: [gatesDirectory, holdDirectory], clock, read: readOnce, onChange }),
      onTrace: (event) => {
        for (const consumer of [history, ...consumers]) consumer.consume(event);
      },
    });
    return {
      controller,
      async close() {
        await controller.stop();
        mounts.close();
        engine.close();
        await lock.release();
      },
    };
  } catch (error) {
    engine.close();
    await lock.release();
    throw error;
  }
}
