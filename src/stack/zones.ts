import type { House, RenderProblem } from './renderer.ts';
import { rangeIdentity } from './address-range.ts';

/** A zone as the exporter's configuration wants it. */
export interface Zone {
  readonly name: string;
  /** Address ranges as written, sorted; no two are equal, in no two zones. */
  readonly subnets: readonly string[];
}

/** What is wrong with a zone. */
export interface ZoneProblem extends RenderProblem {
  /** Name of the NetworkZone that says it; absent: the Bastion does, in `spec.zones`. `path` is of that document. */
  readonly networkZone?: string;
}

/** As much of a house as says zones. */
export interface ZoneSources {
  readonly bastion: Pick<House['bastion'], 'zones'>;
  readonly stack: Pick<House['stack'], 'NetworkZone'>;
}

/** What the exporter's configuration takes. */
const MOST_ZONES = 16;
const MOST_RANGES = 256;
/** Names that mean what is in no zone, and what is not told apart. */
const RESERVED = ['unknown', 'other'];
const NAME = /^[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?$/;

interface Claim extends Pick<ZoneProblem, 'networkZone' | 'path'> {
  readonly zone: string;
  readonly range: string;
}

/**
 * The zones of the house: those of the Bastion and every NetworkZone, as one list sorted by name. Zones of one name are
 * one. What cannot be used is left out and told: ranges that are none, a range that an earlier zone has (the Bastion
 * comes first, then resources by name), names that mean something else, what is too much for the exporter.
 */
export function zonesOf({ bastion, stack }: ZoneSources): {
  readonly zones: readonly Zone[];
  readonly problems: readonly ZoneProblem[];
} {
  const problems: ZoneProblem[] = [];
  const zones = new Map<string, string[]>();
  const owners = new Map<string, string>();
  const refuse = ({ networkZone, path }: Pick<ZoneProblem, 'networkZone' | 'path'>, message: string): void => {
    problems.push({ ...(networkZone === undefined ? {} : { networkZone }), path, message });
  };

  const open = (name: string, at: Pick<ZoneProblem, 'networkZone' | 'path'>): boolean => {
    if (zones.has(name)) return true;
    const why = refusalOf(name, zones.size);
    if (why !== undefined) {
      refuse(at, why);
      return false;
    }
    zones.set(name, []);
    return true;
  };
  const claim = ({ zone, range, ...at }: Claim): void => {
    const identity = rangeIdentity(range);
    if (identity === undefined) {
      refuse(at, `\`${range}\` is not an address range: write address/prefix, such as 192.168.1.0/24 or fd00:1::/64`);
      return;
    }
    const owner = owners.get(identity);
    if (owner === zone) return;
    if (owner !== undefined) {
      refuse(at, `${range} belongs to the zone ${owner} already: a range can be in one zone only`);
      return;
    }
    const ranges = zones.get(zone) ?? [];
    if (ranges.length >= MOST_RANGES) refuse(at, `the zone ${zone} has more than ${MOST_RANGES} address ranges`);
    else {
      owners.set(identity, zone);
      ranges.push(range);
    }
  };

  for (const [zone, ranges] of Object.entries(bastion.zones).sort(byName)) {
    if (!open(zone, { path: ['spec', 'zones', zone] })) continue;
    ranges.forEach((range, position) => claim({ zone, range, path: ['spec', 'zones', zone, position] }));
  }
  for (const { metadata, spec } of stack.NetworkZone) {
    const networkZone = metadata.name;
    if (!open(networkZone, { networkZone, path: ['metadata', 'name'] })) continue;
    spec.cidrs.forEach((range, position) =>
      claim({ zone: networkZone, range, networkZone, path: ['spec', 'cidrs', position] }),
    );
  }
  const sorted = [...zones].sort(byName).map(([name, subnets]) => ({ name, subnets: [...subnets].sort() }));
  return { zones: sorted, problems };
}

function refusalOf(name: string, count: number): string | undefined {
  if (RESERVED.includes(name)) return `a zone cannot be called ${name}, which means what is in no zone`;
  if (!NAME.test(name))
    return `\`${name}\` is no name for a zone: small letters, digits and _ . - between them, 63 at most`;
  if (count >= MOST_ZONES) return `there are more than ${MOST_ZONES} zones, which is more than can be told apart`;
  return undefined;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}
