import { posix } from 'node:path';
import type { AdGuardExporterManifest } from '../model/manifest-types.ts';
import { exporterConfig } from './adguard-exporter/config.ts';
import { EXPORTER_PORT, exporterPlaces, exporterUser, INSIDE, type ExporterPlaces } from './adguard-exporter/places.ts';
import { CERTIFICATES_INSIDE, hostName, liveDirectory, networkName } from './names.ts';
import type { House, RenderedManifest, Renderer, RenderProblem } from './renderer.ts';

const apiVersion = 'bastion.lab/v1';
/** The build context that comes with the operator. */
const OWN_CONTEXT = 'bastion:adguard-exporter';
/** The program as `bastion exporter-image` lays it into an image. */
const PROGRAM = ['/usr/local/bin/node', '/opt/adguard-exporter.js'];

/** The adguard-exporter to its image, directories, certificate, configuration and container. */
export const renderAdGuardExporter: Renderer<'AdGuardExporter'> = (manifest, house) => {
  const { metadata, spec } = manifest;
  const { name } = metadata;
  const places = exporterPlaces(manifest, house);
  const problems = problemsOf(spec, places, house);
  if (problems.length > 0) return { manifests: [], problems };
  const image = spec.image ?? `bastion-local/${name}:built`;
  return {
    manifests: [
      ...(spec.image === undefined ? [builtImage(name, image, spec.context ?? OWN_CONTEXT)] : []),
      ...directories(name, spec, places),
      certificate(name, spec, house),
      configuration(manifest, image, places, house),
      container(manifest, image, places, house),
      pages(name, image),
    ],
  };
};

function problemsOf(
  { adguard }: AdGuardExporterManifest['spec'],
  places: ExporterPlaces,
  house: House,
): readonly RenderProblem[] {
  const problems: RenderProblem[] = [];
  const refuse = (message: string, ...path: string[]): number => problems.push({ path: ['spec', ...path], message });
  if (adguard === undefined && places.accessLog === undefined)
    refuse('has nothing to read: say where AdGuard Home answers (adguard), or where the access log lies (accessLog)');
  if (adguard === undefined) return problems;
  const isPlain = adguard.url.startsWith('http:');
  if (isPlain && adguard.insecure === undefined)
    refuse('is without TLS: write https, or the reason into insecure', 'adguard', 'url');
  if (!isPlain && adguard.insecure !== undefined)
    refuse('is a reason for http, and the URL is https: remove it', 'adguard', 'insecure');
  if (adguard.network === undefined && house.stack.Traefik.length === 0)
    refuse(
      'is needed, for without a Traefik there is no network edge: name the network to reach it in',
      'adguard',
      'network',
    );
  return problems;
}

function builtImage(name: string, reference: string, context: string): RenderedManifest {
  return { apiVersion, kind: 'Image', metadata: { name }, spec: { reference, build: { context } } };
}

function directories(name: string, spec: AdGuardExporterManifest['spec'], places: ExporterPlaces): RenderedManifest[] {
  const owner = exporterUser(spec);
  const directory = (suffix: string, path: string, more: object = {}): RenderedManifest => ({
    apiVersion,
    kind: 'Directory',
    metadata: { name: `${name}-${suffix}` },
    spec: { path, ...more },
  });
  const data = directory('data', places.data, { owner, group: owner, mode: '0750', sentinel: true });
  if (spec.adguard?.user === undefined) return [directory('config', places.config), data];
  return [
    directory('config', places.config),
    data,
    directory('secrets', places.secrets),
    {
      apiVersion,
      kind: 'Secret',
      metadata: { name: `${name}-adguard-password` },
      spec: { path: places.password, owner, mode: '0400' },
    },
  ];
}

/** The exporter reads its files again by itself, as a server and as a client. */
function certificate(name: string, spec: AdGuardExporterManifest['spec'], { bastion }: House): RenderedManifest {
  const host = hostName(spec.hostname ?? name, bastion);
  return {
    apiVersion,
    kind: 'Certificate',
    metadata: { name },
    spec: {
      issuer: bastion.certificateAuthority,
      dnsNames: [host],
      owner: exporterUser(spec),
      consumers: [{ container: name, served: { port: EXPORTER_PORT, serverName: host } }],
    },
  };
}

function configuration(
  manifest: AdGuardExporterManifest,
  image: string,
  places: ExporterPlaces,
  house: House,
): RenderedManifest {
  const { name } = manifest.metadata;
  return {
    apiVersion,
    kind: 'File',
    metadata: { name: `${name}-config` },
    spec: {
      path: `${places.config}/config.json`,
      content: exporterConfig(manifest, house),
      check: { image, command: [...PROGRAM, '--config', '{file}', '--check'] },
      onChange: [{ container: name, restart: true }],
    },
  };
}

function container(
  { metadata, spec }: AdGuardExporterManifest,
  image: string,
  places: ExporterPlaces,
  { bastion }: House,
): RenderedManifest {
  const { name } = metadata;
  const { adguard } = spec;
  const host = hostName(spec.hostname ?? name, bastion);
  const user = exporterUser(spec);
  const mounts = [
    [places.config, `${INSIDE.config}:ro`],
    [liveDirectory(name, bastion), `${CERTIFICATES_INSIDE}:ro`],
    [places.data, INSIDE.data],
    ...(adguard?.user === undefined ? [] : [[places.secrets, `${INSIDE.secrets}:ro`]]),
    ...(places.accessLog === undefined ? [] : [[posix.dirname(places.accessLog), `${INSIDE.accessLog}:ro`]]),
    ...(spec.firewalldZones === undefined ? [] : [[spec.firewalldZones, `${INSIDE.firewalld}:ro`]]),
    ...(places.queryLog === undefined ? [] : [[posix.dirname(places.queryLog), `${INSIDE.queryLog}:ro`]]),
  ];
  return {
    apiVersion,
    kind: 'Container',
    metadata: { name },
    spec: {
      image,
      user: `${user}:${user}`,
      networks: {
        [networkName('monitoring', bastion)]: { aliases: [host] },
        ...(adguard === undefined ? {} : { [adguard.network ?? networkName('edge', bastion)]: {} }),
      },
      ...(adguard?.address === undefined
        ? {}
        : { extra_hosts: [`${new URL(adguard.url).hostname}=${adguard.address}`] }),
      volumes: mounts.map((mount) => mount.join(':')),
      mem_limit: spec.memoryLimit,
      // No swap: it would only hide that the limit is too low.
      memswap_limit: spec.memoryLimit,
      ...CONFINED,
      restart: 'unless-stopped',
      healthyWithin: '2m',
      // Not /readyz: that AdGuard Home is away is no reason to take back a new exporter.
      readiness: {
        port: EXPORTER_PORT,
        path: '/livez',
        tls: { serverName: host, authority: bastion.certificateAuthority },
      },
    },
  };
}

/**
 * Reads Node and its libraries after every start of the exporter. Where a disk reads ahead by many megabytes and the
 * page cache is cold, after a start of the machine say, 40 MB are too little to do that, and the exporter stands still
 * until somebody else has (bench/RESULTS.md).
 */
function pages(name: string, image: string): RenderedManifest {
  return {
    apiVersion,
    kind: 'Container',
    metadata: { name: `${name}-pages` },
    spec: {
      image,
      command: ['--read-node'],
      runPolicy: 'once',
      runAfter: name,
      network_mode: 'none',
      mem_limit: '256m',
      ...CONFINED,
    },
  };
}

const CONFINED = {
  pids_limit: 32,
  read_only: true,
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
} as const;
