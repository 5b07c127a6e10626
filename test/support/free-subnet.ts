import { networkInterfaces } from 'node:os';

/** An engine's network, as far as its addresses go. */
interface NetworkAddresses {
  readonly IPAM?:
    { readonly Config?: readonly { readonly Subnet?: string | undefined }[] | null | undefined } | null | undefined;
}

/** Of 10.0.0.0/8: the part that neither Docker's own pools nor the networks of most houses use. */
const FIRST = 200;
const LAST = 249;

/**
 * A range `10.x.y.0/24` that no network of the engine and no interface of this machine has.
 *
 * @param chance 0 to below 1: where to begin to look, so that runs side by side seldom choose the same.
 */
export function freeSubnet(networks: readonly NetworkAddresses[], chance: number): string {
  const taken = new Set(
    [
      ...networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).map(({ Subnet = '' }) => Subnet)),
      ...Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
    ].map(firstThree),
  );
  const count = (LAST - FIRST + 1) * 256;
  const start = Math.floor(chance * count);
  for (let step = 0; step < count; step++) {
    const index = (start + step) % count;
    const prefix = `10.${FIRST + Math.floor(index / 256)}.${index % 256}`;
    if (!taken.has(prefix)) return `${prefix}.0/24`;
  }
  throw new Error('every range of 10.200.0.0 to 10.249.255.0 is taken');
}

function firstThree(address: string): string {
  return address.split('.').slice(0, 3).join('.');
}
