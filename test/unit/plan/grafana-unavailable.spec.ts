import { expect } from 'chai';
import { join } from 'node:path';
import type { Key } from '../../../src/model/key.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { NOW, planningInput } from '../../support/planning.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { lines, load, manifest, writeFiles } from '../desired/desired-directory.ts';

const IMAGE: Key = 'Image/grafana/grafana:12.4.10';

const STACK = [
  manifest('CertificateAuthority', 'lab', '{create: true}'),
  manifest('Traefik', 'traefik'),
  manifest('Prometheus', 'prometheus'),
  manifest('NodeExporter', 'node-exporter'),
  manifest('AdGuardExporter', 'adguard-exporter', '{image: "registry.lab/adguard-exporter:1"}'),
  manifest('Grafana', 'grafana'),
  manifest('Dashboard', 'zones', `{content: '{"uid": "zones", "title": "Zones"}', folder: Network}`),
  manifest('MonitoredService', 'memos', '{url: "https://nas.lab:5230"}'),
].join('---\n');

/** All that waits for a resource, directly or through others. */
function dependents(state: DesiredState, of: Key): Key[] {
  const found = new Set<Key>([of]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { key, dependsOn } of state.resources) if (dependsOn.some((other) => found.has(other))) found.add(key);
  }
  return [...found].filter((key) => key !== of).sort();
}

describe('a stack whose Grafana has no image', () => {
  const directory = temporaryDirectory('grafana-unavailable');
  let state: DesiredState;

  beforeEach(async () => {
    const desired = join(directory(), 'desired');
    writeFiles(desired, { 'stack.yaml': STACK });
    // The exporter of the machine needs an exception that the operator's own configuration must allow as well.
    state = await load(desired, { waivable: ['allowed-roots', 'no-privileged-host-access'] });
    expect(lines(state)).to.deep.equal([]);
  });

  it('has nothing that waits for it but Grafana itself', () => {
    expect(dependents(state, IMAGE)).to.deep.equal([
      'Container/grafana',
      // Prometheus gets it as a target once it is there, and does not wait for that.
      'File/prometheus-target-grafana',
      'Grafana/grafana',
    ]);
  });

  it('converges in all else, and says of the image why it does not', () => {
    const image = state.resources.find(({ key }) => key === IMAGE);
    const error = { code: 'IMAGE_UNAVAILABLE', message: 'no registry can be reached' };
    const backoff = { specHash: image?.attempt ?? '', failures: 3, notBefore: NOW + 60_000, error, terminal: false };
    const planWith = (backoffs: Readonly<Record<string, typeof backoff>>) =>
      buildPlan(planningInput([], {}, { desired: state, memory: { ...EMPTY_MEMORY, backoffs } }));
    const [well, ill] = [planWith({}), planWith({ [IMAGE]: backoff })];
    const heldBack = ({ steps }: typeof ill) =>
      steps.flatMap(({ target, blockedBy }) => blockedBy.map(({ name }) => `${target} by ${name}`));
    // What waits for certificates, say, waits for them in both.
    const inBoth = new Set(heldBack(well));
    expect([...new Set(heldBack(ill).filter((held) => !inBoth.has(held)))].sort()).to.deep.equal([
      `Container/grafana by ${IMAGE}`,
      `${IMAGE} by IMAGE_UNAVAILABLE`,
    ]);
    const said = ill.conditions.filter(({ reason }) => reason === 'ImageUnavailable');
    expect(said).to.have.length(1);
    expect(said[0]).to.include({ key: IMAGE, type: 'Degraded' });
    expect(said[0]?.message).to.contain('no registry can be reached');
  });
});
