import { keyOf } from '../model/key.ts';
import type { NodeExporterManifest } from '../model/manifest-types.ts';
import { header } from './header.ts';
import { isAtLeast } from './image-version.ts';
import { CERTIFICATES_INSIDE, liveDirectory, machineAddress, memberDirectory, networkName } from './names.ts';
import { memberHost, operatorHost } from './prometheus/members.ts';
import type { House, RenderedManifest, Renderer } from './renderer.ts';
import { webConfig } from './web-config.ts';

/**
 * Nobody else's, and so not that of the image, which is Prometheus's too: it sees all files and processes of the machine,
 * so the keys, passwords and samples of a member of its user would be open to it.
 */
const USER = 65_533;
const CONFIG_INSIDE = '/etc/node-exporter';
const REASON =
  'node_exporter tells of the whole machine: its processes, its network and its file systems, all of it read only and without capabilities';

/**
 * node_exporter in the network and the process table of the machine, since from inside a Docker network it would tell of
 * that network. It listens only at the machine's address in the monitoring network, and asks for client certificates.
 */
export const renderNodeExporter: Renderer<'NodeExporter'> = (exporter, house) => {
  const { name } = exporter.metadata;
  const config = memberDirectory(name, 'config', house.bastion);
  return {
    manifests: [
      { apiVersion: 'bastion.lab/v1', kind: 'Directory', metadata: { name: `${name}-config` }, spec: { path: config } },
      certificate(exporter, house),
      webConfigFile(exporter, `${config}/web.yml`, house),
      container(exporter, config, house),
    ],
  };
};

function certificate(exporter: NodeExporterManifest, house: House): RenderedManifest {
  const { name } = exporter.metadata;
  const { port } = exporter.spec;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Certificate',
    metadata: { name },
    spec: {
      issuer: house.bastion.certificateAuthority,
      dnsNames: [memberHost(exporter, house)],
      owner: USER,
      group: USER,
      // The container has no address of its own.
      consumers: [{ container: name, served: { address: machineAddress(house.bastion), port } }],
    },
  };
}

/** Read again for every connection. There is no program that checks it: what node_exporter says when it starts must do. */
function webConfigFile(exporter: NodeExporterManifest, path: string, house: House): RenderedManifest {
  const { name } = exporter.metadata;
  const { stack } = house;
  const allowed = isAtLeast(house.image(exporter.spec.image), 1, 6)
    ? [...stack.Prometheus.map((prometheus) => memberHost(prometheus, house)), operatorHost(house)]
    : undefined;
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'File',
    metadata: { name: `${name}-web-config` },
    spec: {
      path,
      content: webConfig(header(keyOf('NodeExporter', name)), allowed),
      check: {
        image: exporter.spec.image,
        command: ['node_exporter', '--web.config.file={file}', '--web.listen-address=127.0.0.1:9100'],
        user: `${USER}:${USER}`,
        runsFor: '2s',
        volumes: [`${liveDirectory(name, house.bastion)}:${CERTIFICATES_INSIDE}`],
      },
      dependsOn: [keyOf('Certificate', name)],
    },
  };
}

function container(exporter: NodeExporterManifest, config: string, house: House): RenderedManifest {
  const { metadata, spec } = exporter;
  const { name } = metadata;
  const { bastion } = house;
  const address = machineAddress(bastion);
  return {
    apiVersion: 'bastion.lab/v1',
    kind: 'Container',
    metadata: {
      name,
      annotations: {
        'bastion.lab/allow': 'no-privileged-host-access, allowed-roots',
        'bastion.lab/allow-reason': REASON,
      },
    },
    spec: {
      image: spec.image,
      user: `${USER}:${USER}`,
      network_mode: 'host',
      pid: 'host',
      command: [
        '--path.rootfs=/host',
        `--web.listen-address=${address}:${spec.port}`,
        `--web.config.file=${CONFIG_INSIDE}/web.yml`,
        '--web.disable-exporter-metrics',
        `--web.max-requests=${spec.maxRequests}`,
        '--collector.disable-defaults',
        ...spec.collectors.map((collector) => `--collector.${collector}`),
      ],
      volumes: [
        spec.followMounts ? '/:/host:ro,rslave' : '/:/host:ro',
        `${config}:${CONFIG_INSIDE}:ro`,
        `${liveDirectory(name, bastion)}:${CERTIFICATES_INSIDE}:ro`,
      ],
      mem_limit: spec.memoryLimit,
      pids_limit: 64,
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      // The address that it listens at comes with the network, after a start of the engine maybe later than this container.
      restart: 'unless-stopped',
      readiness: {
        address,
        port: spec.port,
        path: '/metrics',
        tls: { serverName: memberHost(exporter, house), authority: bastion.certificateAuthority },
      },
      dependsOn: [keyOf('Network', networkName('monitoring', bastion))],
    },
  };
}
