import { EMPTY_MEMORY, type Memory } from '../../src/model/memory.ts';
import type { FileSpec } from '../../src/model/file-specs.ts';
import type { GateFiles } from '../../src/model/gates.ts';
import { keyOf, type Key, type Kind } from '../../src/model/key.ts';
import { readOwnership, ownLabels } from '../../src/model/labels.ts';
import type {
  EngineFacts,
  ImageConfig,
  Observed,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from '../../src/model/observed.ts';
import type { BastionManifest } from '../../src/model/manifest-types.ts';
import type { PlanningInput } from '../../src/model/planning-input.ts';
import type { DesiredState, Resource } from '../../src/model/resource.ts';
import { attemptHash, specHash } from '../../src/model/spec-hash.ts';
import type {
  BastionSpec,
  ContainerSpec,
  DirectorySpec,
  GateSpec,
  ImageSpec,
  NetworkSpec,
  Specs,
  VolumeSpec,
} from '../../src/model/specs.ts';
import { effectiveFields } from '../../src/plan/container/effective-fields.ts';
import { networkFields } from '../../src/plan/network-fields.ts';
import { volumeFields } from '../../src/plan/volume-fields.ts';

/** Milliseconds since the epoch at which planner specs take place. */
export const NOW = Date.UTC(2026, 10, 22, 12);

export const engineFacts: EngineFacts = {
  version: '20.10.24',
  apiVersion: '1.41',
  platform: 'linux/amd64',
  cgroupVersion: '1',
  loggingDriver: 'json-file',
  defaultRuntime: 'runc',
};

const plainImage: ImageConfig = {
  env: [],
  labels: {},
  user: '',
  workingDir: '',
  stopSignal: '',
  exposedPorts: [],
  volumes: [],
};

/** An id that is recognisable in plan text: the letter repeated 64 times. */
export function id(letter: string): string {
  return letter.repeat(64);
}

export function resource<K extends Kind>(
  kind: K,
  name: string,
  spec: Specs[K],
  dependsOn: readonly Key[],
): Resource<K> {
  return {
    kind,
    name,
    key: keyOf(kind, name),
    labels: {},
    annotations: {},
    spec,
    dependsOn: [...dependsOn].sort(),
    hash: specHash(kind, spec),
    attempt: attemptHash(kind, spec),
    source: { file: 'test.yaml', line: 1, column: 1 },
  };
}

export const container = (
  name: string,
  spec: Partial<ContainerSpec> = {},
  dependsOn: readonly Key[] = [],
): Resource<'Container'> =>
  resource(
    'Container',
    name,
    { image: 'app:1', adopt: false, healthyWithin: 60_000, runPolicy: 'always', ...spec },
    dependsOn,
  );
export const network = (
  name: string,
  spec: Partial<NetworkSpec> = {},
  dependsOn: readonly Key[] = [],
): Resource<'Network'> =>
  resource(
    'Network',
    name,
    {
      driver: 'bridge',
      internal: false,
      attachable: false,
      enable_ipv6: false,
      external: false,
      adopt: false,
      ...spec,
    },
    dependsOn,
  );
export const volume = (name: string, spec: Partial<VolumeSpec> = {}): Resource<'Volume'> =>
  resource('Volume', name, { driver: 'local', external: false, adopt: false, ...spec }, []);
export const image = (reference: string, spec: Partial<ImageSpec> = {}): Resource<'Image'> =>
  resource('Image', reference, { reference, platforms: [], ...spec }, []);
export const directory = (name: string, spec: Partial<DirectorySpec> = {}): Resource<'Directory'> =>
  resource('Directory', name, { path: `/srv/${name}`, mode: 0o755, ...spec }, []);
export const file = (name: string, spec: Partial<FileSpec> = {}, dependsOn: readonly Key[] = []): Resource<'File'> =>
  resource(
    'File',
    name,
    {
      path: `/srv/${name}`,
      content: 'new',
      encoding: 'utf8',
      digest: 'd'.repeat(64),
      mode: 0o644,
      onChange: [],
      ...spec,
    },
    dependsOn,
  );
export const gate = (name: string, dependsOn: readonly Key[] = [], spec: Partial<GateSpec> = {}): Resource<'Gate'> =>
  resource('Gate', name, { checklist: ['it works'], revalidate: 'never', ...spec }, dependsOn);

/** A Bastion's spec as written, defaults filled in. */
export const houseBastion: BastionManifest['spec'] = {
  allowedRoots: ['/srv'],
  images: {},
  metricsPorts: [],
  concurrency: 4,
  maxRemovals: 3,
  pkiDirectory: '/pki',
  domain: 'lab',
  zones: {},
  certificateAuthority: 'lab',
  dataDirectory: '/srv/core',
  monitoringSubnet: '172.30.77.0/24',
  networks: { monitoring: 'monitoring', grafana: 'grafana', edge: 'edge' },
};

/** Resources to a complete desired state. */
export function desiredState(resources: readonly Resource[], parts: Partial<DesiredState> = {}): DesiredState {
  const bastion: BastionSpec = {
    allowedRoots: ['/srv'],
    images: {},
    metricsPorts: [],
    concurrency: 4,
    maxRemovals: 3,
    pkiDirectory: '/pki',
  };
  return {
    instance: 'home',
    bastion,
    resources: [...resources].sort((a, b) => (a.key < b.key ? -1 : 1)),
    frozen: new Set(),
    findings: [],
    complete: true,
    expansion: { bastion: houseBastion, members: {}, backups: {} },
    ...parts,
  };
}

export function observedImage(config: Partial<ImageConfig> = {}, letter = '1'): ObservedImage {
  return {
    id: `sha256:${id(letter)}`,
    platform: 'linux/amd64',
    repoDigests: [],
    labels: {},
    config: { ...plainImage, ...config },
  };
}

/** A container as the engine would show it after a flawless apply of its resource. */
export function observedContainer(
  of: Resource<'Container'>,
  parts: Partial<ObservedContainer> & { readonly replaces?: string } = {},
): ObservedContainer {
  const { replaces, ...rest } = parts;
  const owner = { instance: 'home', key: of.key, specHash: of.hash, ...(replaces === undefined ? {} : { replaces }) };
  const ownership = readOwnership(ownLabels(owner));
  const fields = effectiveFields(of.spec, plainImage, engineFacts);
  const networks = Object.keys(fields).flatMap((path) =>
    fields[path] === 'attached' ? [path.slice('networks.'.length)] : [],
  );
  return {
    id: id('a'),
    name: of.name,
    ...(ownership ? { owner: ownership } : {}),
    state: 'running',
    health: 'none',
    healthOutput: '',
    exitCode: 0,
    error: '',
    restartCount: 0,
    createdAt: NOW - 3_600_000,
    startedAt: NOW - 3_600_000,
    finishedAt: 0,
    imageId: `sha256:${id('1')}`,
    fields,
    networkIds: Object.fromEntries(networks.map((name) => [name, `net-${name}`])),
    anonymousVolumes: {},
    addresses: {},
    ...rest,
  };
}

/** A container that somebody else made. */
export function foreignContainer(name: string, parts: Partial<ObservedContainer> = {}): ObservedContainer {
  const { owner: _, ...plain } = observedContainer(container(name));
  return { ...plain, id: id('f'), ...parts };
}

export function observedNetwork(of: Resource<'Network'>, parts: Partial<ObservedNetwork> = {}): ObservedNetwork {
  return {
    id: `net-${of.name}`,
    name: of.name,
    owner: { instance: 'home', key: of.key, specHash: of.hash },
    createdAt: NOW,
    fields: networkFields(of.spec),
    ...parts,
  };
}

export function observedVolume(of: Resource<'Volume'>, parts: Partial<ObservedVolume> = {}): ObservedVolume {
  return {
    name: of.name,
    owner: { instance: 'home', key: of.key, specHash: of.hash },
    createdAt: '2026-01-01T00:00:00Z',
    fields: volumeFields(of.spec),
    ...parts,
  };
}

export function gateFiles(open: readonly string[] = [], parts: Partial<GateFiles> = {}): GateFiles {
  return {
    directory: '/etc/bastion/gates',
    open: Object.fromEntries(open.map((name) => [name, { name: `${name}.ok`, modifiedAt: NOW }])),
    refused: {},
    holds: new Set(),
    ...parts,
  };
}

/** What an operator remembers that once wanted these. */
export function onceWanted(...keys: readonly Key[]): Memory {
  return { ...EMPTY_MEMORY, wanted: Object.fromEntries(keys.map((key) => [key, 'home'])) };
}

/** A planning input whose engine has the image `app:1`, the default bridge and nothing else. */
export function planningInput(
  resources: readonly Resource[],
  observed: Partial<Observed> = {},
  parts: Partial<PlanningInput> = {},
): PlanningInput {
  const bridge: ObservedNetwork = { id: 'net-bridge', name: 'bridge', createdAt: 0, fields: {} };
  return {
    desired: desiredState(resources),
    observed: {
      at: NOW,
      engine: engineFacts,
      containers: [],
      volumes: [],
      images: { 'app:1': observedImage() },
      paths: {},
      logs: {},
      authorities: {},
      pairs: {},
      served: {},
      sentinels: {},
      backups: {},
      strayMounts: {},
      users: { root: 0 },
      groups: { root: 0 },
      ...observed,
      networks: [bridge, ...(observed.networks ?? [])],
    },
    gates: gateFiles(),
    memory: EMPTY_MEMORY,
    busy: new Set(),
    now: NOW,
    ...parts,
  };
}
