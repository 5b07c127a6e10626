import type { Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { PortPublication } from '../../model/specs.ts';
import type { FieldPath } from '../field.ts';
import { ownedPaths } from '../owned-paths.ts';

/** Something that only one resource may have. */
interface Claim {
  readonly key: Key;
  readonly what: string;
  readonly path: FieldPath;
}

/** A resource that claims what another one claims too. */
export interface Contest {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

/**
 * One owner for each host path, image reference, host port and fixed address. Names of containers, networks and volumes
 * are unique because keys are. Both sides of a contest are returned.
 */
export function findContests(resources: readonly Pick<Resource, 'kind' | 'key' | 'spec'>[]): Contest[] {
  const claims = (resources as readonly Resource[]).flatMap(claimsOf);
  const groups = new Map<string, Claim[]>();
  for (const claim of claims) groups.set(claim.what, [...(groups.get(claim.what) ?? []), claim]);
  const contests = [...groups.values()].flatMap((group) => contestsIn(group));
  return [
    ...contests,
    ...intrusions(resources as readonly Resource[]),
    ...rotationContests(resources as readonly Resource[]),
    ...portContests(resources as readonly Resource[]),
  ];
}

/** What lies in a Certificate's directory is its own: versions come and go there. */
function intrusions(resources: readonly Resource[]): Contest[] {
  const certificates = resources.filter((resource) => resource.kind === 'Certificate');
  if (certificates.length === 0) return [];
  const holders = new Map(certificates.map(({ key, spec }) => [spec.directory, key]));
  return resources.flatMap((resource) =>
    ownedPaths(resource).flatMap(({ field, path }) => {
      const holder = parentsOf(path).find((parent) => holders.has(parent)) ?? '';
      const owner = holders.get(holder);
      if (owner === undefined || owner === resource.key) return [];
      const message = `path ${path} lies in ${holder}, which belongs to ${owner} with all that it holds: move it out`;
      const back = `path ${holder} holds ${path} of ${resource.key}: what lies in it must be this certificate's own`;
      return [
        { key: resource.key, path: ['spec', field], message },
        { key: owner, path: ['spec', 'directory'], message: back },
      ];
    }),
  );
}

/** What a log becomes when it is rotated is moved and removed. */
function rotationContests(resources: readonly Resource[]): Contest[] {
  const logs = resources.filter((resource) => resource.kind === 'LogFile');
  if (logs.length === 0) return [];
  const holders = new Map(logs.map(({ key, spec }) => [spec.path, key]));
  return resources.flatMap((resource) =>
    ownedPaths(resource).flatMap(({ field, path }) => {
      const holder = holders.get(/^(.*)\.\d+$/.exec(path)?.[1] ?? '');
      if (holder === undefined) return [];
      const message = `path ${path} is a rotated file of ${holder}: choose another name`;
      return [{ key: resource.key, path: ['spec', field], message }];
    }),
  );
}

function parentsOf(path: string): string[] {
  return [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index)).reverse();
}

function contestsIn(group: readonly Claim[]): Contest[] {
  if (group.length < 2) return [];
  return group.flatMap((claim) => {
    const others = [...new Set(group.filter((other) => other.key !== claim.key).map((other) => other.key))];
    return others.length === 0 ? [] : [contest(claim, others)];
  });
}

function contest(claim: Claim, others: Key[]): Contest {
  return {
    key: claim.key,
    path: claim.path,
    message: `${claim.what} belongs to ${others.sort().join(' and ')} too: there can be one owner only`,
  };
}

function claimsOf(resource: Resource): Claim[] {
  const { key } = resource;
  switch (resource.kind) {
    case 'Image':
      // An image that is named by its reference claims nothing: it may be wanted by a last good container only.
      if (resource.name === resource.spec.reference) return [];
      return [{ key, what: `image ${resource.spec.reference}`, path: ['spec', 'reference'] }];
    case 'Container':
      return Object.entries(resource.spec.networks ?? {}).flatMap(([network, { ipv4_address, ipv6_address }]) =>
        [ipv4_address, ipv6_address]
          .filter((address) => address !== undefined)
          .map((address) => ({
            key,
            what: `address ${address} in network ${network}`,
            path: ['spec', 'networks', network],
          })),
      );
    default:
      return ownedPaths(resource).map(({ field, path }) => ({ key, what: `path ${path}`, path: ['spec', field] }));
  }
}

function portContests(resources: readonly Resource[]): Contest[] {
  const claimed = resources
    .filter((resource) => resource.kind === 'Container')
    .flatMap(({ key, spec }) => (spec.ports ?? []).map((port) => ({ key, port })))
    .filter(({ port }) => port.published !== undefined);
  const groups = new Map<string, typeof claimed>();
  for (const claim of claimed) {
    const name = `${claim.port.published}/${claim.port.protocol}`;
    groups.set(name, [...(groups.get(name) ?? []), claim]);
  }
  return [...groups].flatMap(([name, group]) =>
    group.flatMap(({ key, port }) => {
      const others = group.filter((other) => other.key !== key && overlaps(other.port, port)).map((other) => other.key);
      return others.length === 0
        ? []
        : [contest({ key, what: `host port ${name}`, path: ['spec', 'ports'] }, [...new Set(others)])];
    }),
  );
}

/** An empty address and the any-addresses take a port on every address of their family. */
function overlaps(a: PortPublication, b: PortPublication): boolean {
  const every = (address: string): boolean => address === '' || address === '0.0.0.0' || address === '::';
  if (a.host_ip === b.host_ip || a.host_ip === '' || b.host_ip === '') return true;
  const sameFamily = a.host_ip.includes(':') === b.host_ip.includes(':');
  return sameFamily && (every(a.host_ip) || every(b.host_ip));
}
