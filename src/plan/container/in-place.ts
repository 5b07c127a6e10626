import type { FieldChange } from '../../model/fields.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ContainerSpec, NetworkAttachment } from '../../model/specs.ts';
import type { ContainerResources } from '../../model/step.ts';
import { draft, type StepDraft } from '../draft.ts';

/** Changes sorted by what it takes to make them. */
export interface SortedChanges {
  /** `docker update`. */
  readonly update: readonly FieldChange[];
  /** Network connect and disconnect, by network name. */
  readonly networks: ReadonlyMap<string, readonly FieldChange[]>;
  /** Only a new container has them. */
  readonly replace: readonly FieldChange[];
}

/** Zero or absent means "leave unchanged" to `docker update`, so these can be set and changed but not taken away. */
const UPDATABLE_WHEN_SET = new Set([
  'mem_limit',
  'mem_reservation',
  'cpus',
  'cpu_shares',
  'cpu_quota',
  'cpu_period',
  'cpuset',
]);

/** Field changes and spec to what each takes. */
export function sortChanges(changes: readonly FieldChange[], spec: ContainerSpec): SortedChanges {
  const update: FieldChange[] = [];
  const replace: FieldChange[] = [];
  const networks = new Map<string, FieldChange[]>();
  const memoryIsSet = (spec.mem_limit ?? 0) > 0;
  for (const change of changes) {
    const network = /^networks\.(.+?)(?:\.(?:aliases|ipv4_address|ipv6_address))?$/.exec(change.path)?.[1];
    if (network !== undefined) {
      const siblings = networks.get(network);
      if (siblings) siblings.push(change);
      else networks.set(network, [change]);
    } else if (change.path === 'restart' || change.path === 'pids_limit') update.push(change);
    else if (change.path === 'memswap_limit' && (memoryIsSet || change.want !== undefined)) update.push(change);
    else if (UPDATABLE_WHEN_SET.has(change.path) && change.want !== undefined) update.push(change);
    else replace.push(change);
  }
  return { update, networks, replace };
}

/** The body of `docker update` that makes these changes. Memory and its swap go together, else the engine refuses (409). */
export function updateResources(changes: readonly FieldChange[], spec: ContainerSpec): ContainerResources {
  const paths = new Set(changes.map((change) => change.path));
  const resources: { -readonly [P in keyof ContainerResources]: ContainerResources[P] } = {};
  if (paths.has('mem_limit') || paths.has('memswap_limit')) {
    if (spec.mem_limit) resources.Memory = spec.mem_limit;
    resources.MemorySwap = spec.memswap_limit ?? (spec.mem_limit ?? 0) * 2;
  }
  if (paths.has('mem_reservation') && spec.mem_reservation) resources.MemoryReservation = spec.mem_reservation;
  if (paths.has('cpus') && spec.cpus) resources.NanoCpus = Math.round(spec.cpus * 1e9);
  if (paths.has('cpu_shares') && spec.cpu_shares) resources.CpuShares = spec.cpu_shares;
  if (paths.has('cpu_quota') && spec.cpu_quota) resources.CpuQuota = spec.cpu_quota;
  if (paths.has('cpu_period') && spec.cpu_period) resources.CpuPeriod = spec.cpu_period;
  if (paths.has('cpuset') && spec.cpuset) resources.CpusetCpus = spec.cpuset;
  if (paths.has('pids_limit')) resources.PidsLimit = spec.pids_limit ?? -1;
  if (paths.has('restart'))
    resources.RestartPolicy = { Name: spec.restart?.policy ?? 'no', MaximumRetryCount: spec.restart?.max_retries ?? 0 };
  return resources;
}

/**
 * Steps that put a container into the networks that its spec names and out of all others.
 *
 * @param networkIds ids of the networks as they are now, by name; an endpoint that refers to another id is stale
 */
export function networkSteps(
  spec: ContainerSpec,
  container: ObservedContainer,
  changes: SortedChanges['networks'],
  networkIds: ReadonlyMap<string, string>,
  cause: string,
): StepDraft[] {
  const wanted: Readonly<Record<string, NetworkAttachment>> = wantedNetworks(spec);
  const stale = Object.entries(container.networkIds)
    .filter(
      ([name, id]) => wanted[name] !== undefined && !changes.has(name) && isStale(container, id, networkIds.get(name)),
    )
    .map(([name]) => name);
  const steps: StepDraft[] = [];
  for (const name of [...new Set([...changes.keys(), ...stale])].sort()) {
    const fields = changes.get(name) ?? [
      { path: `networks.${name}`, want: 'attached', got: 'attached to a network that is gone' },
    ];
    const isAttached = container.fields[`networks.${name}`] !== undefined;
    const attachment = wanted[name];
    if (isAttached)
      steps.push(
        draft('DisconnectNetwork', { network: name, container: container.id }, cause, attachment ? [] : fields),
      );
    if (attachment)
      steps.push(draft('ConnectNetwork', { network: name, container: container.id, attachment }, cause, fields));
  }
  return steps;
}

/**
 * Steps that bring a container back into its networks where those were made anew, as it was in them. For one whose spec
 * is not the wanted one: a rolled-back container.
 */
export function reconnectSteps(container: ObservedContainer, networkIds: ReadonlyMap<string, string>): StepDraft[] {
  return Object.entries(container.networkIds)
    .filter(([name, id]) => networkIds.has(name) && isStale(container, id, networkIds.get(name)))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([network]) => {
      const fields = [{ path: `networks.${network}`, want: 'attached', got: 'attached to a network that is gone' }];
      const attachment = observedAttachment(container, network);
      return [
        draft('DisconnectNetwork', { network, container: container.id }, 'drift'),
        draft('ConnectNetwork', { network, container: container.id, attachment }, 'drift', fields),
      ];
    });
}

/** How a container takes part in a network now. */
export function observedAttachment(container: ObservedContainer, network: string): NetworkAttachment {
  const field = (name: string): unknown => container.fields[`networks.${network}.${name}`];
  const aliases = field('aliases');
  const [ipv4, ipv6] = [field('ipv4_address'), field('ipv6_address')];
  return {
    aliases: Array.isArray(aliases) ? aliases.filter((alias): alias is string => typeof alias === 'string') : [],
    ...(typeof ipv4 === 'string' ? { ipv4_address: ipv4 } : {}),
    ...(typeof ipv6 === 'string' ? { ipv6_address: ipv6 } : {}),
  };
}

function isStale(container: ObservedContainer, endpointNetworkId: string, networkId: string | undefined): boolean {
  if (networkId === undefined) return true;
  // One that is not running shows no id until it is started: it never ran, or was connected while it was stopped.
  if (endpointNetworkId === '') return container.state === 'running';
  return endpointNetworkId !== networkId;
}

/** Networks that a spec means, the engine's default bridge included. */
export function wantedNetworks(spec: ContainerSpec): Readonly<Record<string, NetworkAttachment>> {
  const mode = spec.network_mode;
  if (mode !== undefined && mode !== 'bridge') return {};
  const networks = spec.networks ?? {};
  return Object.keys(networks).length > 0 ? networks : { bridge: { aliases: [] } };
}

/** Steps that remove what is ours and surplus. */
export function removalSteps(surplus: readonly ObservedContainer[]): StepDraft[] {
  return surplus.map((container) =>
    draft(
      'RemoveContainer',
      { container: container.id, removeAnonymousVolumes: false },
      `duplicate of ours (${container.name})`,
    ),
  );
}
