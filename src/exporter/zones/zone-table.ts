import { formatAddress, parseAddress, type Address } from './address.ts';
import { mask4, parseSubnet } from './subnet.ts';

export interface Zone {
  readonly name: string;
  /** `192.168.1.0/24`, `fd00::/8`; those that cannot be read are passed over (the configuration's check reports them). */
  readonly subnets: readonly string[];
}

/** What an address's text means to us. */
export interface Place {
  /** In its one spelling; `invalid` for what is no address. */
  readonly address: string;
  readonly zone: string;
}

/** Name of the zone of what no subnet holds. */
export const UNKNOWN_ZONE = 'unknown';

const REMEMBERED = 2048;

/** Which zone an address belongs to: that of the longest prefix that holds it, IPv4 and IPv6. */
export class ZoneTable {
  /** Prefix length -> first bits -> zone; longest prefixes first. */
  readonly #ipv4: (readonly [number, Map<number, string>])[];
  readonly #ipv6: (readonly [number, Map<bigint, string>])[];
  /** Least recently added first: a homelab has fewer clients than this holds. */
  readonly #remembered = new Map<string, Place>();
  readonly names: readonly string[];

  /** Of two zones with the same subnet the first holds it. */
  constructor(zones: readonly Zone[]) {
    const ipv4 = new Map<number, Map<number, string>>();
    const ipv6 = new Map<number, Map<bigint, string>>();
    for (const { name, subnets } of zones) {
      for (const subnet of subnets.map(parseSubnet)) {
        if (subnet === undefined) continue;
        const { address, prefix } = subnet;
        if (address.family === 4) addTo(ipv4, prefix, address.bits, name);
        else addTo(ipv6, prefix, address.bits >> BigInt(128 - prefix), name);
      }
    }
    this.#ipv4 = [...ipv4].sort(([a], [b]) => b - a);
    this.#ipv6 = [...ipv6].sort(([a], [b]) => b - a);
    this.names = [...new Set(zones.map(({ name }) => name))];
  }

  /** Address in its one spelling, and its zone. Any text may be given. */
  locate(text: string): Place {
    const known = this.#remembered.get(text);
    if (known !== undefined) return known;
    const address = parseAddress(text);
    const place =
      address === undefined
        ? { address: 'invalid', zone: UNKNOWN_ZONE }
        : { address: formatAddress(address), zone: this.#zoneOf(address) };
    if (text.length > 64) return place;
    if (this.#remembered.size >= REMEMBERED) {
      for (const oldest of this.#remembered.keys()) {
        this.#remembered.delete(oldest);
        break;
      }
    }
    this.#remembered.set(text, place);
    return place;
  }

  #zoneOf(address: Address): string {
    if (address.family === 4) {
      for (const [prefix, zones] of this.#ipv4) {
        const zone = zones.get(mask4(address.bits, prefix));
        if (zone !== undefined) return zone;
      }
    } else {
      for (const [prefix, zones] of this.#ipv6) {
        const zone = zones.get(address.bits >> BigInt(128 - prefix));
        if (zone !== undefined) return zone;
      }
    }
    return UNKNOWN_ZONE;
  }
}

function addTo<Bits>(table: Map<number, Map<Bits, string>>, prefix: number, bits: Bits, zone: string): void {
  const zones = table.get(prefix) ?? new Map<Bits, string>();
  if (!zones.has(bits)) zones.set(bits, zone);
  table.set(prefix, zones);
}
