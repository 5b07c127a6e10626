import { isEngineError } from '../../engine/errors.ts';
import type { NetworkCreateBody } from '../../engine/wire.ts';
import { ownLabels, readOwnership } from '../../model/labels.ts';
import type { StepArguments } from '../../model/step.ts';
import type { StepContext } from '../context.ts';

/** Makes a network. One of this name that is already ours and of this spec is what an earlier, interrupted try made. */
export async function createNetwork(args: StepArguments['CreateNetwork'], { engine }: StepContext): Promise<void> {
  try {
    await engine.createNetwork(args.name, networkBody(args));
  } catch (error) {
    if (!isEngineError(error, 'ENGINE_CONFLICT')) throw error;
    const existing = (await engine.listNetworks()).find((network) => network.Name === args.name);
    const owner = readOwnership(existing?.Labels ?? {});
    if (owner?.instance !== args.owner.instance || owner.key !== args.owner.key) throw error;
    if (owner.specHash !== args.owner.specHash) throw error;
  }
}

function networkBody({ spec, owner }: StepArguments['CreateNetwork']): NetworkCreateBody {
  return {
    Driver: spec.driver,
    Internal: spec.internal,
    Attachable: spec.attachable,
    EnableIPv6: spec.enable_ipv6,
    Options: { ...spec.driver_opts },
    Labels: { ...spec.labels, ...ownLabels(owner) },
    ...(spec.ipam === undefined ? {} : { IPAM: ipamBody(spec.ipam) }),
  };
}

function ipamBody(
  ipam: NonNullable<StepArguments['CreateNetwork']['spec']['ipam']>,
): NonNullable<NetworkCreateBody['IPAM']> {
  return {
    Driver: ipam.driver ?? 'default',
    Options: { ...ipam.options },
    Config: ipam.config.map((pool) => ({
      Subnet: pool.subnet,
      ...(pool.gateway === undefined ? {} : { Gateway: pool.gateway }),
      ...(pool.ip_range === undefined ? {} : { IPRange: pool.ip_range }),
      ...(pool.aux_addresses === undefined ? {} : { AuxiliaryAddresses: { ...pool.aux_addresses } }),
    })),
  };
}
