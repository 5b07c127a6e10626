import { keyOf } from '../model/key.ts';
import type { GrafanaManifest, PrometheusManifest } from '../model/manifest-types.ts';
import { chosenMember } from './chosen-member.ts';
import { dashboardsOf } from './grafana/dashboards.ts';
import { GRAFANA_PORT, grafanaEnvironment, HOME_DASHBOARD } from './grafana/environment.ts';
import { FALLBACK_UID, fallbackDashboard } from './grafana/fallback-dashboard.ts';
import {
  CONFIG_INSIDE,
  folderSlug,
  GRAFANA_USER,
  grafanaPlaces,
  SECRETS_INSIDE,
  type GrafanaPlaces,
} from './grafana/places.ts';
import { DATA_SOURCE, dashboardProviders, dataSources } from './grafana/provisioning.ts';
import { header } from './header.ts';
import { CERTIFICATES_INSIDE, hostName, liveDirectory, networkName } from './names.ts';
import type { House, RenderedManifest, Renderer } from './renderer.ts';

const PROMETHEUS_PORT = 9090;
const apiVersion = 'bastion.lab/v1';

/**
 * A Grafana to directories, secrets, certificate, provisioning and container. It is in a network with Traefik and
 * Prometheus only and publishes no port: Traefik asks for client certificates, which Grafana cannot.
 */
export const renderGrafana: Renderer<'Grafana'> = (manifest, house) => {
  const { metadata, spec } = manifest;
  const { name } = metadata;
  const prometheus = chosenMember('Prometheus', spec.prometheus, house);
  if (prometheus.member === undefined)
    return { manifests: [], problems: [{ path: ['spec', 'prometheus'], message: prometheus.problem }] };
  const host = hostName(spec.hostname ?? name, house.bastion);
  const places = grafanaPlaces(manifest, house.bastion);
  const at = { container: name, port: GRAFANA_PORT, serverName: host, authority: house.bastion.certificateAuthority };
  return {
    manifests: [
      ...directories(manifest, places, house),
      ...secrets(name, places),
      certificate(name, host, house),
      ...files(manifest, prometheus.member, places, house),
      container(manifest, host, places, house),
    ],
    service: {
      type: 'grafana',
      at,
      adminUser: spec.adminUser,
      adminPassword: places.adminPassword,
      datasources: [DATA_SOURCE],
      dashboards: [FALLBACK_UID, ...dashboardsOf(name, house).map(({ uid }) => uid)].sort(),
    },
  };
};

function directories({ metadata }: GrafanaManifest, places: GrafanaPlaces, house: House): RenderedManifest[] {
  const directory = (suffix: string, path: string, more: object = {}): RenderedManifest => ({
    apiVersion,
    kind: 'Directory',
    metadata: { name: `${metadata.name}-${suffix}` },
    spec: { path, ...more },
  });
  const folders = new Set(
    house.stack.Dashboard.flatMap(({ spec }) =>
      chosenMember('Grafana', spec.grafana, house).member?.metadata.name === metadata.name ? (spec.folder ?? []) : [],
    ),
  );
  return [
    directory('config', places.config),
    directory('provisioning', places.provisioning),
    // It reads all four, and complains about those that are not there.
    ...['alerting', 'dashboards', 'datasources', 'plugins'].map((part) =>
      directory(`provisioning-${part}`, `${places.provisioning}/${part}`),
    ),
    directory('dashboards', places.dashboards),
    ...[...folders]
      .sort()
      .map((folder) => directory(`dashboards-${folderSlug(folder)}`, `${places.dashboards}/${folder}`)),
    directory('fallback', places.fallback),
    directory('data', places.data, { owner: GRAFANA_USER, group: 0, mode: '0750', sentinel: true }),
    directory('secrets', places.secrets),
  ];
}

function secrets(name: string, { adminPassword, secretKey }: GrafanaPlaces): RenderedManifest[] {
  const secret = (suffix: string, path: string): RenderedManifest => ({
    apiVersion,
    kind: 'Secret',
    metadata: { name: `${name}-${suffix}` },
    spec: { path, owner: GRAFANA_USER, mode: '0400', generate: {} },
  });
  return [secret('admin-password', adminPassword), secret('secret-key', secretKey)];
}

/**
 * Grafana sees by itself that what it serves was renewed, but it copied what it shows Prometheus into its database when
 * it started. It would read that again when asked at /api/admin/provisioning/datasources/reload, which takes the
 * administrator's password; a restart takes none, is tried again like any other step, and costs seconds in 60 days.
 */
function certificate(name: string, host: string, { bastion }: House): RenderedManifest {
  return {
    apiVersion,
    kind: 'Certificate',
    metadata: { name },
    spec: {
      issuer: bastion.certificateAuthority,
      dnsNames: [host],
      owner: GRAFANA_USER,
      consumers: [{ container: name, restart: true, served: { port: GRAFANA_PORT, serverName: host, within: '90s' } }],
    },
  };
}

function files(
  { metadata, spec }: GrafanaManifest,
  prometheus: PrometheusManifest,
  places: GrafanaPlaces,
  { bastion }: House,
): RenderedManifest[] {
  const file = (suffix: string, path: string, content: string, isReadAtStart: boolean): RenderedManifest => ({
    apiVersion,
    kind: 'File',
    metadata: { name: `${metadata.name}-${suffix}` },
    spec: { path, content, ...(isReadAtStart ? { onChange: [{ container: metadata.name, restart: true }] } : {}) },
  });
  const head = header(keyOf('Grafana', metadata.name));
  const address = {
    host: hostName(prometheus.spec.hostname ?? prometheus.metadata.name, bastion),
    port: PROMETHEUS_PORT,
    interval: prometheus.spec.scrapeInterval,
  };
  return [
    file('datasources', `${places.provisioning}/datasources/bastion.yaml`, head + dataSources(address), true),
    file('dashboard-providers', `${places.provisioning}/dashboards/bastion.yaml`, head + dashboardProviders(), true),
    file('home', `${places.config}/${HOME_DASHBOARD}`, fallbackDashboard(spec.minRefreshInterval), false),
  ];
}

function container(
  { metadata, spec }: GrafanaManifest,
  host: string,
  places: GrafanaPlaces,
  { bastion }: House,
): RenderedManifest {
  const { name } = metadata;
  return {
    apiVersion,
    kind: 'Container',
    metadata: { name },
    spec: {
      image: spec.image,
      user: `${GRAFANA_USER}:0`,
      environment: { ...grafanaEnvironment(spec, host) },
      networks: { [networkName('grafana', bastion)]: { aliases: [host] } },
      volumes: [
        `${places.config}:${CONFIG_INSIDE}:ro`,
        `${places.secrets}:${SECRETS_INSIDE}:ro`,
        `${liveDirectory(name, bastion)}:${CERTIFICATES_INSIDE}:ro`,
        `${places.data}:/var/lib/grafana`,
      ],
      tmpfs: ['/tmp:size=32m'],
      mem_limit: spec.memoryLimit,
      pids_limit: 256,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
      stop_grace_period: '30s',
      // The first start makes the database, which takes long where the disk is an SD card.
      healthyWithin: '5m',
      readiness: {
        port: GRAFANA_PORT,
        path: '/api/health',
        tls: { serverName: host, authority: bastion.certificateAuthority },
      },
    },
  };
}
