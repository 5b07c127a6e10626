import type { ContainerSummary } from '../engine/wire.ts';
import { LABEL } from '../model/labels.ts';
import type { ObservedNetwork } from '../model/observed.ts';
import type { DesiredState } from '../model/resource.ts';
import { summaryName } from './containers.ts';

/**
 * Which containers are worth an inspect: ours, those with a name that we want (or its temporary form `name.*`), the one
 * that one of ours replaces, and the members of our networks (a network is replaced with its members). All others are
 * foreign; hundreds of them cost nothing but their list entries.
 */
export function relevantContainers(
  desired: DesiredState,
  instance: string,
  networks: readonly ObservedNetwork[],
  entries: readonly ContainerSummary[],
): (entry: ContainerSummary) => boolean {
  const names = wantedNames(desired, 'Container');
  const ownNetworkNames = wantedNames(desired, 'Network');
  const ownNetworkIds = new Set<string>();
  for (const network of networks) {
    if (network.owner?.instance === instance) {
      ownNetworkIds.add(network.id);
      ownNetworkNames.add(network.name);
    } else if (ownNetworkNames.has(network.name)) ownNetworkIds.add(network.id);
  }
  const own = entries.filter((entry) => entry.Labels[LABEL.instance] === instance);
  const replaced = new Set(own.map((entry) => entry.Labels[LABEL.replaces]));

  return (entry) =>
    (entry.Labels[LABEL.instance] === instance && entry.Labels[LABEL.key] !== undefined) ||
    replaced.has(entry.Id) ||
    isFormOf(summaryName(entry), names) ||
    Object.entries(entry.NetworkSettings?.Networks ?? {}).some(
      ([name, endpoint]) => ownNetworkNames.has(name) || ownNetworkIds.has(endpoint?.NetworkID ?? ''),
    );
}

/** Names that a desired state manages; what is external is only looked at, its members are not ours to move. */
export function wantedNames(desired: DesiredState, kind: 'Container' | 'Network' | 'Volume'): Set<string> {
  const names = new Set<string>();
  for (const resource of desired.resources) {
    if (resource.kind !== kind) continue;
    if ((resource.kind === 'Network' || resource.kind === 'Volume') && resource.spec.external) continue;
    names.add(resource.name);
  }
  return names;
}

/** Whether a name is a wanted one or its temporary or retired form `wanted.*`. */
export function isFormOf(name: string, wanted: ReadonlySet<string>): boolean {
  if (wanted.has(name)) return true;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (wanted.has(name.slice(0, dot))) return true;
  }
  return false;
}
