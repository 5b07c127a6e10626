import { isEngineError } from '../../engine/errors.ts';
import { readOwnership } from '../../model/labels.ts';
import type { StepArguments } from '../../model/step.ts';
import { containerBody } from '../container-body.ts';
import type { StepContext } from '../context.ts';

/**
 * Makes a container and resolves to its id. One of this name that is already ours and of this spec is what an interrupted
 * try made: undefined, since somebody else may as well have made it.
 */
export async function createContainer(
  args: StepArguments['CreateContainer'],
  { engine }: StepContext,
): Promise<string | undefined> {
  try {
    const body = containerBody(args);
    // Without any configured stop signal, every signal sent through the API (a reload's SIGHUP, say) switches the restart
    // policy off until the next start; the default, said aloud, avoids that.
    if (body.StopSignal === undefined && !(await engine.inspectImage(args.spec.image))?.Config?.StopSignal)
      body.StopSignal = 'SIGTERM';
    return await engine.createContainer(args.name, body);
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_CONFLICT')) throw error;
    const existing = await engine.inspectContainer(args.name);
    const found = readOwnership(existing?.Config.Labels ?? {});
    const { instance, key, specHash, replaces } = args.owner;
    const same =
      found?.instance === instance && found.key === key && found.specHash === specHash && found.replaces === replaces;
    if (!same) throw error;
    return undefined;
  }
}
