import { EngineError } from '../engine/errors.ts';
import type { EngineReader } from '../engine/port.ts';

/** Name of a container that was put aside while another one takes its place (plan/container/instances.ts). */
const RETIRED = /\.old-[0-9a-f]{12}$/;

/**
 * Notices that a container which something is expected of was removed or replaced meanwhile: nothing will come of it any
 * more, and that is no failure. An engine that does not answer says nothing of that.
 *
 * @throws EngineError ENGINE_NOT_FOUND, after which is looked again
 */
export async function requireInPlace(engine: EngineReader, container: string, call: string): Promise<void> {
  const found = await engine.inspectContainer(container).then(
    (inspect) => ({ name: inspect?.Name }),
    () => undefined,
  );
  if (found === undefined || (found.name !== undefined && !RETIRED.test(found.name))) return;
  const detail = `no such container: ${container} was ${found.name === undefined ? 'removed' : 'replaced'} meanwhile`;
  throw new EngineError('ENGINE_NOT_FOUND', call, detail);
}
