import type { ContainerInspect } from '../../engine/wire.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';

/** The engine's own default grace, seconds. */
const DEFAULT_GRACE = 10;

/** Stops a container with the grace that it was made with. Gone already is done. */
export async function stopContainer(
  { container }: StepArguments['StopContainer'],
  { engine }: StepContext,
): Promise<void> {
  const inspect = await engine.inspectContainer(container);
  if (inspect !== undefined) await engine.stopContainer(container, graceOf(inspect));
}

/** Restarts a container with the grace that it was made with. */
export async function restartContainer(
  { container }: StepArguments['RestartContainer'],
  { engine }: StepContext,
): Promise<void> {
  const inspect = await engine.inspectContainer(container);
  await engine.restartContainer(container, inspect === undefined ? DEFAULT_GRACE : graceOf(inspect));
}

function graceOf(inspect: ContainerInspect): number {
  const grace = inspect.Config.StopTimeout ?? DEFAULT_GRACE;
  return grace < 0 ? DEFAULT_GRACE : grace;
}
