import type { Engine } from '../../src/engine/port.ts';
import { LABEL } from '../../src/model/labels.ts';

/** Removes everything on an engine that carries the label of one instance: containers, then networks, then volumes. */
export async function removeInstance(engine: Engine, instance: string): Promise<void> {
  const isOurs = (object: { Labels?: Record<string, string> | null }): boolean =>
    object.Labels?.[LABEL.instance] === instance;
  for (const container of (await engine.listContainers()).filter(isOurs))
    await engine.removeContainer(container.Id, true);
  for (const network of (await engine.listNetworks()).filter(isOurs)) await engine.removeNetwork(network.Id);
  for (const volume of (await engine.listVolumes()).filter(isOurs)) await engine.removeVolume(volume.Name);
}
