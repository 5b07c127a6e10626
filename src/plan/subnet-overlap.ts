import type { FieldValue } from '../model/fields.ts';
import type { ObservedNetwork } from '../model/observed.ts';
import type { NetworkSpec } from '../model/specs.ts';
import { subnetsOverlap } from '../model/subnets.ts';

/**
 * The first other network whose addresses a wanted one would share, in words; undefined when none. The engine refuses
 * such a network (`Pool overlaps`), but only once the old one is gone.
 */
export function overlappingNetwork(
  name: string,
  spec: NetworkSpec,
  networks: readonly ObservedNetwork[],
): string | undefined {
  const wanted = (spec.ipam?.config ?? []).map((pool) => pool.subnet);
  for (const network of networks) {
    if (network.name === name) continue;
    const pools = network.fields['ipam.config'];
    for (const pool of Array.isArray(pools) ? (pools as readonly FieldValue[]) : []) {
      const subnet = typeof pool === 'object' && pool !== null && 'subnet' in pool ? pool.subnet : undefined;
      if (typeof subnet === 'string' && wanted.some((each) => subnetsOverlap(each, subnet)))
        return `${network.name} (${subnet})`;
    }
  }
  return undefined;
}
