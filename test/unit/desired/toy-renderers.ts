import { keyOf } from '../../../src/model/key.ts';
import type { StackManifest } from '../../../src/model/stack-manifests.ts';
import type { House, Rendered, RenderedManifest } from '../../../src/stack/renderer.ts';
import { RENDERERS } from '../../../src/stack/renderers.ts';
import type { Renderers } from '../../../src/desired/expansion/render.ts';

type Primitive = Omit<RenderedManifest, 'apiVersion'>;

const primitive = (manifest: Primitive): RenderedManifest => ({ apiVersion: 'bastion.lab/v1', ...manifest });

/** What a test wants of the toys says it in the labels of the manifest. */
function wishOf({ metadata }: StackManifest, name: string): string | undefined {
  return metadata.labels?.[name];
}

function renderPrometheus(manifest: StackManifest, house: House): Rendered {
  const { name } = manifest.metadata;
  const { dataDirectory } = house.bastion;
  const config = `${dataDirectory}/${name}/config`;
  const targets = house.stack.ScrapeTarget.map(({ metadata, spec }) => `${metadata.name}:${spec.port}`);
  const problem = wishOf(manifest, 'problem');
  if (wishOf(manifest, 'throws') !== undefined) throw new Error('a bug');
  return {
    manifests: [
      primitive({ kind: 'Directory', metadata: { name: `${name}-config` }, spec: { path: config } }),
      primitive({
        kind: 'File',
        metadata: { name: `${name}-targets` },
        spec: {
          path: wishOf(manifest, 'path') ?? `${config}/targets`,
          content: targets.join('\n'),
          mode: wishOf(manifest, 'mode') ?? '0644',
        },
      }),
      primitive({
        kind: 'Container',
        metadata: {
          name,
          annotations: { 'bastion.lab/allow': 'no-privileged-host-access', 'bastion.lab/allow-reason': 'a test' },
        },
        spec: {
          image: house.image('prometheus:1'),
          mem_limit: '64m',
          pid: 'host',
          networks: { [house.bastion.networks.monitoring]: {}, ...extraNetwork(wishOf(manifest, 'network')) },
          volumes: [`${config}:/config:ro`],
        },
      }),
    ],
    service: {
      type: 'prometheus',
      at: { container: name, port: 9090, serverName: `${name}.lab`, authority: 'lab' },
      dataDirectory: `${dataDirectory}/${name}/data`,
      targets: [],
      retention: 1000 + (house.levels[keyOf('Prometheus', name)]?.memory?.level ?? 0),
      memoryPressure: PRESSURE,
      diskPressure: { ...PRESSURE, critical: 1, emergency: 1 },
    },
    ...(problem === undefined ? {} : { problems: [{ path: problem.split('.'), message: 'is refused' }] }),
  };
}

const PRESSURE = { isEnabled: false, high: 1, low: 0, raiseAfter: 0, lowerAfter: 0, dwell: 0 };

function extraNetwork(name: string | undefined): Record<string, object> {
  return name === undefined ? {} : { [name]: {} };
}

/** A file with the text beside the manifest, which must not be `bad`. */
function renderDashboard(manifest: StackManifest, house: House): Rendered {
  const { name } = manifest.metadata;
  const source = wishOf(manifest, 'source') ?? 'board.json';
  const found = house.source(keyOf('Dashboard', name), source);
  if ('problem' in found) return { manifests: [], problems: [{ path: ['spec', 'source'], message: found.problem }] };
  if (found.text === 'bad') return { manifests: [], problems: [{ path: ['spec', 'source'], message: 'is bad' }] };
  const path = `${house.bastion.dataDirectory}/boards/${name}.json`;
  const spec = { path, content: found.text };
  return { manifests: [primitive({ kind: 'File', metadata: { name: `board-${name}` }, spec })] };
}

/** Reads what all dashboards say, as a Grafana would. */
function renderGrafana(_: StackManifest, house: House): Rendered {
  const texts = house.stack.Dashboard.map(({ metadata }) => {
    const found = house.source(keyOf('Dashboard', metadata.name), metadata.labels?.['source'] ?? 'board.json');
    return 'text' in found ? found.text : `no text: ${found.problem}`;
  });
  const spec = { path: `${house.bastion.dataDirectory}/grafana.list`, content: texts.join('\n') };
  return { manifests: [primitive({ kind: 'File', metadata: { name: 'grafana-list' }, spec })] };
}

/** Renderers small enough to see through; a ScrapeTarget has no parts of its own. */
export const TOYS: Renderers = {
  ...RENDERERS,
  Prometheus: renderPrometheus,
  ScrapeTarget: () => ({ manifests: [] }),
  Dashboard: renderDashboard,
  Grafana: renderGrafana,
};
