import type { ContainerSpec } from '../../model/specs.ts';
import type { ContainerManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';
import type { NormaliseContext } from './context.ts';
import { defined, unlessEmpty } from './defined.ts';
import { readMilliseconds, readWholeSeconds } from './duration.ts';
import { readHealthcheck } from './healthcheck.ts';
import { plainPath } from './host-path.ts';
import { readExtraHosts, readNameServers } from './hosts.ts';
import { readLogging } from './logging.ts';
import { readMounts } from './mounts.ts';
import { readEnvironment, readLabels, readSettings } from './name-values.ts';
import { readNamespace, readNetworks } from './networks.ts';
import { readExpose, readPorts } from './ports.ts';
import { readCapabilities, readDevices, readSecurityOptions, readSignal, readUlimits } from './process-limits.ts';
import { readReadiness } from './readiness.ts';
import { readReference } from './reference.ts';
import { readResources } from './resources.ts';
import { readRestart } from './restart.ts';
import { readCommand } from './shell-split.ts';
import { readTmpfs } from './tmpfs.ts';

type Spec = ContainerManifest['spec'];

/** A validated Container manifest's spec to its normal form. Problems are reported to `field`, which stands for `spec`. */
export function normaliseContainer(spec: Spec, context: NormaliseContext, field: Field): ContainerSpec {
  checkTogether(spec, field);
  return defined({
    image: readReference(spec.image, context.images, field.at('image')) ?? spec.image,
    adopt: spec.adopt,
    healthyWithin: readMilliseconds(spec.healthyWithin, field.at('healthyWithin')) ?? 0,
    runPolicy: spec.runPolicy,
    runAfter: spec.runAfter,
    readiness: read(spec, 'readiness', field, readReadiness),
    ...readProcess(spec, field),
    ...readNetworking(spec, field),
    ...readStorage(spec, field),
    ...readResources(spec, field),
    ...readSecurity(spec, field),
    ...readLifecycle(spec, field),
  });
}

/** Applies a reader to a field that may be unset. */
function read<K extends keyof Spec, R>(
  spec: Spec,
  name: K,
  field: Field,
  reader: (value: NonNullable<Spec[K]>, at: Field) => R,
): R | undefined {
  const value = spec[name];
  return value === undefined || value === null ? undefined : reader(value, field.at(name));
}

const asText = (value: string | number, at: Field): string => at.text(value);
const flag = (value: boolean): boolean | undefined => unlessEmpty(value);

function readProcess(spec: Spec, field: Field) {
  return {
    command: read(spec, 'command', field, readCommand),
    entrypoint: read(spec, 'entrypoint', field, readCommand),
    environment: unlessEmpty(read(spec, 'environment', field, readEnvironment)),
    labels: unlessEmpty(read(spec, 'labels', field, readLabels)),
    hostname: spec.hostname,
    domainname: spec.domainname,
    user: read(spec, 'user', field, asText),
    working_dir: read(spec, 'working_dir', field, (value, at) =>
      value.startsWith('/') ? plainPath(value) : at.error('must be an absolute path'),
    ),
    group_add: unlessEmpty(read(spec, 'group_add', field, (groups) => [...new Set(groups.map(String))].sort())),
    init: spec.init,
    tty: read(spec, 'tty', field, flag),
    stdin_open: read(spec, 'stdin_open', field, flag),
  };
}

function readNetworking(spec: Spec, field: Field) {
  return {
    mac_address: read(spec, 'mac_address', field, (value, at) =>
      /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(value) ? value.toLowerCase() : at.error('is not a MAC address'),
    ),
    networks: unlessEmpty(read(spec, 'networks', field, readNetworks)),
    network_mode: read(spec, 'network_mode', field, (value, at) =>
      readNamespace(value, ['none', 'host', 'bridge', 'container:<name>'], at),
    ),
    ports: unlessEmpty(read(spec, 'ports', field, readPorts)),
    expose: unlessEmpty(read(spec, 'expose', field, readExpose)),
    extra_hosts: unlessEmpty(read(spec, 'extra_hosts', field, readExtraHosts)),
    dns: unlessEmpty(read(spec, 'dns', field, readNameServers)),
    dns_search: unlessEmpty(read(spec, 'dns_search', field, (value) => [value].flat())),
    dns_opt: unlessEmpty(read(spec, 'dns_opt', field, (value) => [...new Set(value)].sort())),
  };
}

function readStorage(spec: Spec, field: Field) {
  return {
    volumes: unlessEmpty(read(spec, 'volumes', field, readMounts)),
    tmpfs: unlessEmpty(read(spec, 'tmpfs', field, readTmpfs)),
    read_only: read(spec, 'read_only', field, flag),
    devices: unlessEmpty(read(spec, 'devices', field, readDevices)),
  };
}

function readSecurity(spec: Spec, field: Field) {
  return {
    cap_add: unlessEmpty(read(spec, 'cap_add', field, readCapabilities)),
    cap_drop: unlessEmpty(read(spec, 'cap_drop', field, readCapabilities)),
    privileged: read(spec, 'privileged', field, flag),
    security_opt: unlessEmpty(read(spec, 'security_opt', field, readSecurityOptions)),
    ulimits: unlessEmpty(read(spec, 'ulimits', field, readUlimits)),
    sysctls: unlessEmpty(read(spec, 'sysctls', field, readSettings)),
    ipc: read(spec, 'ipc', field, (value, at) =>
      readNamespace(value, ['none', 'private', 'shareable', 'host', 'container:<name>'], at),
    ),
    pid: read(spec, 'pid', field, (value, at) => readNamespace(value, ['host', 'container:<name>'], at)),
    uts: read(spec, 'uts', field, (value, at) => readNamespace(value, ['host'], at)),
    userns_mode: read(spec, 'userns_mode', field, (value, at) => readNamespace(value, ['host'], at)),
    cgroup_parent: spec.cgroup_parent,
    runtime: spec.runtime,
  };
}

function readLifecycle(spec: Spec, field: Field) {
  return {
    restart: read(spec, 'restart', field, readRestart),
    healthcheck: read(spec, 'healthcheck', field, readHealthcheck),
    stop_signal: read(spec, 'stop_signal', field, readSignal),
    stop_grace_period: read(spec, 'stop_grace_period', field, readWholeSeconds),
    logging: read(spec, 'logging', field, readLogging),
  };
}

function checkTogether(spec: Spec, field: Field): void {
  const joins = spec.networks === undefined ? 0 : Object.keys(spec.networks).length;
  if (spec.network_mode !== undefined && joins > 0)
    field.at('network_mode').error('cannot stand beside networks: remove one');
  const published = (spec.ports ?? []).length > 0;
  if (published && /^(host|none|container:)/.test(spec.network_mode ?? ''))
    field.at('ports').error(`cannot be published with network_mode: ${spec.network_mode}: remove one`);
  if (spec.mac_address !== undefined && spec.network_mode === 'host')
    field.at('mac_address').error('cannot be set with network_mode: host');
  if (spec.runPolicy === 'once' && (spec.restart === 'always' || spec.restart === 'unless-stopped'))
    field
      .at('restart')
      .error(`cannot be ${spec.restart} with runPolicy: once, which runs to its end: use no or on-failure:<times>`);
  if (spec.runAfter !== undefined && spec.runPolicy !== 'once')
    field.at('runAfter').error('is for jobs: set runPolicy: once, or use dependsOn for an order');
  if (spec.uts === 'host' && spec.hostname !== undefined) field.at('hostname').error('cannot be set with uts: host');
}
