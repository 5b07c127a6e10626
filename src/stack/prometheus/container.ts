import type { PrometheusManifest } from '../../model/manifest-types.ts';
import { CERTIFICATES_INSIDE, liveDirectory, machineAddress, networkName } from '../names.ts';
import type { House, RenderedManifest } from '../renderer.ts';
import { memberHost, operatorHost } from './members.ts';
import {
  AUTHORITIES_INSIDE,
  authoritiesDirectory,
  CONFIG_INSIDE,
  DATA_INSIDE,
  placesOf,
  PROMETHEUS_USER,
  TARGETS_INSIDE,
} from './places.ts';
import { memoryGoal, prometheusSize, type Effective } from './pressure.ts';
import type { Target } from './target.ts';

type Container = Extract<RenderedManifest, { kind: 'Container' }>;

/** The server. It holds no port of the host: it is reached in its networks, with a client certificate. */
export function prometheusContainer(
  prometheus: PrometheusManifest,
  targets: readonly Target[],
  settings: Effective,
  house: House,
): Container {
  const { metadata, spec } = prometheus;
  const { bastion } = house;
  const { name } = metadata;
  const host = memberHost(prometheus, house);
  const places = placesOf(name, house);
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Container',
    metadata: { name },
    spec: {
      image: spec.image,
      user: `${PROMETHEUS_USER}:${PROMETHEUS_USER}`,
      command: flags(prometheus, settings, house),
      // Releases from 3 on would find their limit by themselves; those before do not.
      environment: { GOMEMLIMIT: memoryGoal(spec.memoryLimit) },
      networks: networksOf(prometheus, host, house),
      extra_hosts: hostsOnTheMachine(prometheus, house),
      volumes: [
        `${places.config}:${CONFIG_INSIDE}:ro`,
        `${places.targets}:${TARGETS_INSIDE}:ro`,
        `${places.data}:${DATA_INSIDE}`,
        `${liveDirectory(name, bastion)}:${CERTIFICATES_INSIDE}:ro`,
        ...(needsAuthorities(targets, house) ? [`${authoritiesDirectory(house)}:${AUTHORITIES_INSIDE}:ro`] : []),
      ],
      mem_limit: spec.memoryLimit,
      pids_limit: 256,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      // It writes what it holds before it ends; the default of ten seconds may be too short for that.
      stop_grace_period: '1m',
      // At its start it reads its log of samples, up to three hours of them.
      healthyWithin: '5m',
      readiness: { port: 9090, path: '/-/ready', tls: { serverName: host, authority: bastion.certificateAuthority } },
    },
  };
}

/** Flags that 2.42 and 3.x both take. Retention is a flag, because the key of the configuration is of 3.11 and later. */
function flags({ metadata, spec }: PrometheusManifest, settings: Effective, house: House): string[] {
  const { queries, retention } = settings;
  const needsAdmin = house.backups.some((backup) => backup.spec.prometheus === metadata.name);
  return [
    `--config.file=${CONFIG_INSIDE}/prometheus.yml`,
    `--web.config.file=${CONFIG_INSIDE}/web.yml`,
    `--web.external-url=https://${memberHost({ metadata, spec }, house)}/`,
    `--storage.tsdb.path=${DATA_INSIDE}`,
    `--storage.tsdb.retention.time=${retention}`,
    ...(spec.retentionSize === undefined
      ? []
      : [`--storage.tsdb.retention.size=${prometheusSize(spec.retentionSize)}`]),
    `--query.max-samples=${queries.maxSamples}`,
    `--query.max-concurrency=${queries.maxConcurrency}`,
    `--query.timeout=${queries.timeout}`,
    // A backup asks for a snapshot. The same interface can delete series, so without a backup it is off.
    ...(needsAdmin ? ['--web.enable-admin-api'] : []),
  ];
}

function networksOf(
  { spec }: PrometheusManifest,
  host: string,
  { bastion, stack }: House,
): NonNullable<Container['spec']['networks']> {
  const shared = (['monitoring', 'grafana'] as const)
    .filter((which) => which === 'monitoring' || stack.Grafana.length > 0)
    .map((which) => networkName(which, bastion));
  return Object.fromEntries([...shared, ...spec.networks].map((network) => [network, { aliases: [host] }]));
}

/** What listens in the network of the machine has no name in a Docker network. */
function hostsOnTheMachine(prometheus: PrometheusManifest, house: House): string[] {
  const hosts = [
    ...house.stack.NodeExporter.map((exporter) => memberHost(exporter, house)),
    ...(prometheus.spec.operator === undefined ? [] : [operatorHost(house)]),
  ];
  return hosts.map((host) => `${host}:${machineAddress(house.bastion)}`);
}

function needsAuthorities(targets: readonly Target[], { bastion }: House): boolean {
  return targets.some(({ tls }) => tls !== undefined && tls.authority !== bastion.certificateAuthority);
}
