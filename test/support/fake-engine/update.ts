import type { HostConfig } from '../../../src/engine/wire.ts';
import type { ContainerResources } from '../../../src/model/step.ts';
import { checkResources, checkRestartPolicy } from './check-create.ts';
import { refuse } from './refusal.ts';
import { containerEvent, type FakeContainer, type World } from './world.ts';

const PLAIN = ['MemoryReservation', 'NanoCpus', 'CpuShares', 'CpuPeriod', 'CpuQuota', 'CpusetCpus'] as const;

/**
 * `docker update` (moby: container_unix.go, UpdateContainer): zero and empty leave a limit as it is, so that none but
 * the number of processes can be taken away; what it does not know it ignores.
 */
export function updateContainer(world: World, container: FakeContainer, asked: ContainerResources): void {
  const { HostConfig: host, Id } = container.inspect;
  const conflict = (text: string): never => refuse(409, `Cannot update container ${Id}: ${text}`);
  checkResources(world, asked as HostConfig, true);
  checkRestartPolicy(asked as HostConfig);
  const busy = (first: string, second: string): never =>
    conflict(`Conflicting options: ${first} cannot be updated as ${second} has already been set`);
  if (asked.NanoCpus && host.CpuPeriod) busy('NanoCPUs', 'CPU Period');
  if (asked.NanoCpus && host.CpuQuota) busy('NanoCPUs', 'CPU Quota');
  if (asked.CpuPeriod && host.NanoCpus) busy('CPU Period', 'NanoCPUs');
  if (asked.CpuQuota && host.NanoCpus) busy('CPU Quota', 'NanoCPUs');
  if (asked.Memory && asked.Memory > (host.MemorySwap ?? 0) && !asked.MemorySwap) {
    conflict(
      'Memory limit should be smaller than already set memoryswap limit, update the memoryswap at the same time',
    );
  }
  if (asked.Memory) host.Memory = asked.Memory;
  if (asked.MemorySwap) host.MemorySwap = asked.MemorySwap;
  for (const member of PLAIN) if (asked[member]) Object.assign(host, { [member]: asked[member] });
  if (asked.PidsLimit !== undefined) host.PidsLimit = Math.max(0, asked.PidsLimit);
  if (asked.RestartPolicy && asked.RestartPolicy.Name !== '') {
    if (host.AutoRemove && asked.RestartPolicy.Name !== 'no') {
      conflict('Restart policy cannot be updated because AutoRemove is enabled for the container');
    }
    host.RestartPolicy = { ...asked.RestartPolicy };
  }
  containerEvent(world, container, 'update');
}
