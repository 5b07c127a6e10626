import { expect } from 'chai';
import { keyOf } from '../../../src/model/key.ts';
import { expectGolden } from '../../support/golden.ts';
import { manifestsText } from '../../support/manifests-text.ts';
import { part, rendered, textOf } from '../../support/rendered-stack.ts';
import { stackHouse } from '../../support/stack-house.ts';

async function exporter(spec = '{}', ...others: string[]) {
  const own = `kind: NodeExporter\nmetadata: {name: node-exporter}\nspec: ${spec}`;
  return rendered(await stackHouse([own, ...others].join('\n---\n')), 'NodeExporter/node-exporter');
}

const PROMETHEUS = 'kind: Prometheus\nmetadata: {name: prometheus}\nspec: {}';

describe('a NodeExporter', () => {
  it('becomes a certificate, a checked web config, a container in the network of the machine, and a target', async () => {
    expectGolden('unit/stack/golden/node-exporter.yaml', manifestsText((await exporter('{}', PROMETHEUS)).manifests));
  });

  it('runs the collectors of its list and no others', async () => {
    const { command } = part(await exporter('{collectors: [cpu, hwmon]}'), 'Container', 'node-exporter').spec;
    const collectors = (command as string[]).filter((argument) => argument.startsWith('--collector.'));
    expect(collectors).to.deep.equal(['--collector.disable-defaults', '--collector.cpu', '--collector.hwmon']);
  });

  it('listens at one address only, which the monitoring network brings', async () => {
    const bastion =
      'kind: Bastion\nmetadata: {name: b}\nspec: {monitoringSubnet: 10.9.8.0/24, networks: {monitoring: watch}}';
    const { spec } = part(await exporter('{port: 9200}', bastion), 'Container', 'node-exporter');
    expect(spec.command).to.include('--web.listen-address=10.9.8.1:9200');
    expect(spec.readiness).to.deep.include({ address: '10.9.8.1', port: 9200 });
    expect(spec.dependsOn).to.deep.equal(['Network/watch']);
    expect(spec).to.not.have.any.keys('ports', 'expose');
  });

  it('runs as nobody else does: it sees all files and processes of the machine, so those of its user would be open to it', async () => {
    const kinds = ['NodeExporter', 'Prometheus', 'Traefik', 'AdGuardExporter', 'Grafana'] as const;
    const house = await stackHouse(
      kinds.map((kind) => `kind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}}\nspec: {}`).join('\n---\n'),
    );
    const [own, ...others] = kinds.map(
      (kind) => part(rendered(house, keyOf(kind, kind.toLowerCase())), 'Container', kind.toLowerCase()).spec.user,
    );
    expect(others).to.not.include(undefined);
    expect(others).to.not.include(own);
  });

  it('sees later mounts, unless the machine cannot show them', async () => {
    const root = async (spec: string): Promise<unknown> =>
      (part(await exporter(spec), 'Container', 'node-exporter').spec.volumes as string[])[0];
    expect(await root('{}')).to.equal('/:/host:ro,rslave');
    expect(await root('{followMounts: false}')).to.equal('/:/host:ro');
  });

  it('limits by name who may connect where its image can', async () => {
    const web = async (image: string): Promise<string> =>
      textOf(await exporter(`{image: "prom/node-exporter:${image}"}`, PROMETHEUS), 'node-exporter-web-config');
    expect(await web('v1.6.0')).to.contain('client_allowed_sans:\n    - prometheus.lab\n    - operator.lab\n');
    expect(await web('v1.5.0')).to.not.contain('client_allowed_sans');
    for (const image of ['v1.5.0', 'v1.12.1'])
      expect(await web(image)).to.contain('client_auth_type: RequireAndVerifyClientCert');
  });
});
