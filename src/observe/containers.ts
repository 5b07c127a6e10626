import type { ContainerInspect, ContainerSummary, EndpointSettings } from '../engine/wire.ts';
import { diffFields } from '../model/diff-fields.ts';
import type { Fields } from '../model/fields.ts';
import { readOwnership } from '../model/labels.ts';
import { redactText } from '../model/redact.ts';
import type { ContainerState, ObservedContainer } from '../model/observed.ts';

/** Names that the engine makes up are 64 hexadecimal digits. */
const ANONYMOUS_VOLUME = /^[0-9a-f]{64}$/;
const HEALTH_OUTPUT_LENGTH = 400;

/** Name of a list entry without its leading slash. Links add names such as `/other/alias`; the own one has one slash. */
export function summaryName(entry: ContainerSummary): string {
  const own = entry.Names.find((name) => name.lastIndexOf('/') === 0) ?? entry.Names[0] ?? '';
  return own.replace(/^\//, '');
}

/**
 * What of a list entry says that an inspect would read differently than before. The uptime text is left out, its
 * words in brackets (health, exit code, paused) are not.
 */
export function fingerprint(entry: ContainerSummary): string {
  const networks = Object.entries(entry.NetworkSettings?.Networks ?? {})
    .map(([name, endpoint]) => `${name}=${endpoint?.NetworkID ?? ''},${endpoint?.IPAddress ?? ''}`)
    .sort();
  const words = entry.Status.match(/\([^)]*\)/g) ?? [];
  return [entry.Id, summaryName(entry), entry.State, ...words, entry.ImageID, ...networks].join(' ');
}

/** A container as far as a list entry tells: enough for one that is not ours. `fields` is empty. */
export function listedContainer(entry: ContainerSummary): ObservedContainer {
  const owner = readOwnership(entry.Labels);
  const networks = entry.NetworkSettings?.Networks ?? {};
  return {
    id: entry.Id,
    name: summaryName(entry),
    ...(owner === undefined ? {} : { owner }),
    state: entry.State as ContainerState,
    health: healthWord(/\((?:health: )?(starting|healthy|unhealthy)\)/.exec(entry.Status)?.[1]),
    healthOutput: '',
    exitCode: Number(/^Exited \((\d+)\)/.exec(entry.Status)?.[1] ?? 0),
    error: '',
    restartCount: 0,
    createdAt: entry.Created * 1000,
    startedAt: 0,
    finishedAt: 0,
    imageId: entry.ImageID,
    fields: {},
    networkIds: endpoints(networks, (endpoint) => endpoint.NetworkID ?? ''),
    anonymousVolumes: {},
    addresses: addresses(networks),
  };
}

/** An inspected container as observed. `fields` is the canonical form of the same inspect. */
export function inspectedContainer(inspect: ContainerInspect, fields: Fields): ObservedContainer {
  const { State } = inspect;
  const owner = readOwnership(inspect.Config.Labels ?? {});
  const networks = inspect.NetworkSettings.Networks ?? {};
  return {
    id: inspect.Id,
    name: inspect.Name.replace(/^\//, ''),
    ...(owner === undefined ? {} : { owner }),
    state: State.Status as ContainerState,
    health: healthWord(State.Health?.Status),
    healthOutput: redactText(State.Health?.Log?.at(-1)?.Output ?? '')
      .trim()
      .slice(0, HEALTH_OUTPUT_LENGTH),
    exitCode: State.ExitCode,
    error: redactText(State.Error),
    restartCount: inspect.RestartCount,
    createdAt: milliseconds(inspect.Created),
    startedAt: milliseconds(State.StartedAt),
    finishedAt: milliseconds(State.FinishedAt),
    ...(State.Pid ? { pid: State.Pid } : {}),
    imageId: inspect.Image,
    fields,
    networkIds: endpoints(networks, (endpoint) => endpoint.NetworkID ?? ''),
    anonymousVolumes: anonymousVolumes(inspect),
    addresses: addresses(networks),
    ...(State.OOMKilled === true ? { outOfMemoryAt: milliseconds(State.FinishedAt) } : {}),
  };
}

/**
 * What differs between two observations of one container, in words, e.g. `state, mem_limit`; empty when nothing does
 * that an event would have told of (the last output of a health check changes with every probe).
 */
export function containerChanges(before: ObservedContainer, after: ObservedContainer): string {
  const changed: string[] = [];
  for (const member of ['name', 'state', 'health', 'error', 'imageId', 'startedAt', 'finishedAt'] as const) {
    if (before[member] !== after[member]) changed.push(member);
  }
  if (diffFields(before.addresses, after.addresses).length > 0) changed.push('addresses');
  return [...changed, ...diffFields(before.fields, after.fields).map((change) => change.path)].join(', ');
}

function anonymousVolumes(inspect: ContainerInspect): Record<string, string> {
  const volumes: [string, string][] = [];
  for (const { Type, Name, Destination } of inspect.Mounts) {
    if (Type === 'volume' && Name !== undefined && ANONYMOUS_VOLUME.test(Name)) volumes.push([Destination, Name]);
  }
  // The engine lists mounts in random order.
  return Object.fromEntries(volumes.sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Endpoints = Readonly<Record<string, Pick<EndpointSettings, 'NetworkID' | 'IPAddress'> | null>>;

function endpoints(
  networks: Endpoints,
  value: (endpoint: NonNullable<Endpoints[string]>) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(networks).map(([name, endpoint]) => [name, value(endpoint ?? {})]));
}

function addresses(networks: Endpoints): Record<string, string> {
  const all = endpoints(networks, (endpoint) => endpoint.IPAddress ?? '');
  return Object.fromEntries(Object.entries(all).filter(([, address]) => address !== ''));
}

function healthWord(word: string | undefined): ObservedContainer['health'] {
  return word === 'starting' || word === 'healthy' || word === 'unhealthy' ? word : 'none';
}

/** The engine writes "never" as the year 1. */
function milliseconds(time: string): number {
  return Math.max(0, Date.parse(time) || 0);
}
