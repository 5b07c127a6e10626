import type { EngineReader } from '../engine/port.ts';
import { StepError } from './step-error.ts';

/**
 * Address of a container as this host reaches it: its own in the first of its networks by name, 127.0.0.1 with the
 * host's network, the other's for `network_mode: container:x`.
 *
 * @throws StepError NO_ADDRESS; EngineError
 */
export async function containerAddress(engine: EngineReader, container: string): Promise<string> {
  const inspect = await engine.inspectContainer(container);
  if (inspect === undefined) throw new StepError('NO_ADDRESS', `Container ${container} does not exist any more.`);
  const mode = inspect.HostConfig.NetworkMode ?? '';
  if (mode === 'host') return '127.0.0.1';
  if (mode.startsWith('container:')) return containerAddress(engine, mode.slice('container:'.length));
  const networks = Object.entries(inspect.NetworkSettings.Networks ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const address = networks.map(([, endpoint]) => endpoint?.IPAddress || endpoint?.GlobalIPv6Address).find(Boolean);
  if (address !== undefined) return address;
  const name = inspect.Name.replace(/^\//, '');
  throw new StepError(
    'NO_ADDRESS',
    `Container ${name} has no network address (state ${inspect.State.Status}): is it running, and in a network?`,
  );
}
