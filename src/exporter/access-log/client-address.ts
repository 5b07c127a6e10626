import { parseAddress } from '../zones/address.ts';
import { ZoneTable } from '../zones/zone-table.ts';

const TRUSTED = 'trusted';

/** Finds the client of a request in Traefik's `ClientAddr` (the peer) and `ClientHost` (perhaps a forwarded header). */
export class ClientAddress {
  readonly #proxies: ZoneTable;

  /** Subnets of proxies before Traefik whose X-Forwarded-For is believed. */
  constructor(trustedProxies: readonly string[]) {
    this.#proxies = new ZoneTable([{ name: TRUSTED, subnets: trustedProxies }]);
  }

  /**
   * The peer's address; behind a trusted proxy the first address that the forwarded header names. The header may be
   * `a, b` and may hold anything. The result is a text that need not be an address when the log has none.
   */
  find(clientAddr: string, clientHost: string): string {
    const peer = withoutPort(clientAddr);
    if (peer === '' || this.#proxies.locate(peer).zone !== TRUSTED) return peer;
    for (const part of clientHost.split(',', 16)) {
      const candidate = part.trim();
      if (candidate !== '' && parseAddress(candidate) !== undefined) return candidate;
    }
    return peer;
  }
}

function withoutPort(address: string): string {
  const colon = address.lastIndexOf(':');
  if (colon === -1) return address;
  if (address.startsWith('[')) return address.slice(1, address.indexOf(']'));
  return address.indexOf(':') === colon ? address.slice(0, colon) : address;
}
