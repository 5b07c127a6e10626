import { cpSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { loadDesiredState } from '../../../src/desired/load.ts';
import type { Key } from '../../../src/model/key.ts';
import type { DesiredState, Resource } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIRST: Key = 'Gate/preconditions';

describe('the desired states that come with bastion', () => {
  const directory = temporaryDirectory('shipped');

  function load(name: string): Promise<DesiredState> {
    return loadDesiredState({ directory: join(ROOT, name), root: '' });
  }

  /** All that must be Ready before a resource is touched, through any number of others. */
  function before({ resources }: DesiredState, key: Key): Set<Key> {
    const byKey = new Map<Key, Resource>(resources.map((resource) => [resource.key, resource]));
    const found = new Set<Key>();
    const look = (from: Key): void => {
      for (const next of byKey.get(from)?.dependsOn ?? []) {
        if (found.has(next)) continue;
        found.add(next);
        look(next);
      }
    };
    look(key);
    return found;
  }

  for (const name of ['desired-state', 'demo/desired-state'])
    describe(name, () => {
      it('is valid, with nothing to remark', async () => {
        const { findings, complete } = await load(name);
        expect(findings).to.deep.equal([]);
        expect(complete).to.equal(true);
      });

      it('touches nothing before the human has opened the first gate', async () => {
        const state = await load(name);
        // A high-level resource is nothing by itself: its parts are looked at, as those of the Bastion are.
        const touching = state.resources.filter(
          ({ kind, key }) => kind !== 'Gate' && !(key in state.expansion.members),
        );
        expect(touching.length).to.be.greaterThan(20);
        for (const { key } of touching) expect([...before(state, key)], key).to.include(FIRST);
      });
    });

  it('the stack is brought up between its gates in the order of the plan', async () => {
    const state = await load('desired-state');
    const behind = (key: Key): string[] => [...before(state, key)].filter((each) => each.startsWith('Gate/')).sort();
    expect(behind('Container/traefik')).to.deep.equal([FIRST]);
    expect(behind('Container/prometheus')).to.deep.equal([FIRST]);
    expect([...before(state, 'Container/prometheus')]).to.include('Container/traefik');
    for (const key of ['Container/node-exporter', 'Container/adguard-exporter', 'Container/grafana'] as const)
      expect(behind(key), key).to.deep.equal(['Gate/metrics-visible', FIRST]);
    expect([...before(state, 'Gate/metrics-visible')]).to.include.members([
      'Container/traefik',
      'Container/prometheus',
    ]);
    expect([...before(state, 'Gate/dashboards-visible')]).to.include.members([
      'Container/grafana',
      'Container/node-exporter',
      'Container/adguard-exporter',
    ]);
  });

  it('has at most about ten resources besides its dashboards, and asks each gate in words', async () => {
    const { resources } = await load('desired-state');
    const written = resources.filter(({ renderedFrom, kind }) => renderedFrom === undefined && kind !== 'Dashboard');
    expect(written.map(({ key }) => key).length).to.be.within(8, 14);
    const gates = resources.filter((resource) => resource.kind === 'Gate');
    expect(gates.map(({ name }) => name)).to.deep.equal(['dashboards-visible', 'metrics-visible', 'preconditions']);
    for (const { name, spec } of gates) expect(spec.checklist.length, name).to.be.greaterThan(3);
  });

  it('the example of services is valid once it is renamed', async () => {
    const copy = join(directory(), 'copy');
    cpSync(join(ROOT, 'desired-state'), copy, { recursive: true });
    renameSync(join(copy, '60-services.yaml.example'), join(copy, '60-services.yaml'));
    const { findings, resources } = await loadDesiredState({ directory: copy, root: '' });
    expect(findings).to.deep.equal([]);
    expect(resources.filter(({ kind }) => kind === 'MonitoredService')).to.have.length(4);
  });

  it('shows its dashboards in one folder, behind the gate that Grafana waits for', async () => {
    const state = await load('desired-state');
    const dashboards = state.resources.filter(({ kind }) => kind === 'Dashboard');
    expect(dashboards.map(({ name }) => name).sort()).to.deep.equal([
      'domains-dns',
      'network-topology',
      'operator',
      'runbook',
      'services',
      'zones',
    ]);
    for (const { name } of dashboards) {
      expect([...before(state, `File/grafana-dashboard-${name}`)], name).to.include('Gate/metrics-visible');
      const file = state.resources.find(({ key }) => key === `File/grafana-dashboard-${name}`);
      expect((file?.spec as { path: string }).path).to.match(/\/dashboards\/Homelab\/[a-z-]+\.json$/);
    }
  });

  it('is in the package', () => {
    const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
    expect(files).to.include('desired-state');
  });
});
