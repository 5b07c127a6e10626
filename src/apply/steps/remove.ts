import { isEngineError } from '../../engine/errors.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';

/** Removes a network; gone already is done. */
export async function removeNetwork(
  { network }: StepArguments['RemoveNetwork'],
  { engine }: StepContext,
): Promise<void> {
  await goneIsDone(engine.removeNetwork(network));
}

/** Removes a volume; gone already is done. */
export async function removeVolume({ name }: StepArguments['RemoveVolume'], { engine }: StepContext): Promise<void> {
  await goneIsDone(engine.removeVolume(name));
}

async function goneIsDone(removal: Promise<void>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_NOT_FOUND')) throw error;
  }
}
