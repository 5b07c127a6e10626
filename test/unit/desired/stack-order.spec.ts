import { expect } from 'chai';
import type { DesiredState } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, writeFiles } from './desired-directory.ts';
import { TOYS } from './toy-renderers.ts';

describe('what high-level resources share', () => {
  const directory = temporaryDirectory('stack-order');
  const GATES = [manifest('Gate', 'first', '{checklist: [x]}'), manifest('Gate', 'second', '{checklist: [x]}')];
  const AUTHORITY = manifest('CertificateAuthority', 'lab', '{create: true}');
  const prometheus = (name: string, spec = '{}') => manifest('Prometheus', name, spec);

  async function dependenciesOf(...documents: string[]): Promise<(key: string) => readonly string[] | undefined> {
    writeFiles(directory(), { 'a.yaml': [AUTHORITY, ...GATES, ...documents].join('---\n') });
    const state: DesiredState = await load(directory(), { renderers: TOYS });
    expect(lines(state)).to.deep.equal([]);
    return (key) => state.resources.find((resource) => resource.key === key)?.dependsOn;
  }

  it('waits for nobody when one of those who want it waits for nobody', async () => {
    const of = await dependenciesOf(prometheus('one'), prometheus('two', '{dependsOn: [Gate/first]}'));
    expect(of('Network/monitoring')).to.deep.equal([]);
    expect(of('Certificate/operator')).to.deep.equal(['CertificateAuthority/lab']);
    expect(of('Image/prometheus:1')).to.deep.equal([]);
  });

  it('waits behind the gate that all who want it are behind', async () => {
    const of = await dependenciesOf(
      prometheus('one', '{dependsOn: [Gate/first]}'),
      prometheus('two', '{dependsOn: [Gate/first, Gate/second]}'),
    );
    expect(of('Network/monitoring')).to.deep.equal(['Gate/first']);
    expect(of('Certificate/operator')).to.deep.equal(['CertificateAuthority/lab', 'Gate/first']);
    expect(of('Image/prometheus:1')).to.deep.equal(['Gate/first']);
  });

  it('does not wait when a resource that a person wrote wants it now', async () => {
    const of = await dependenciesOf(
      prometheus('one', '{dependsOn: [Gate/first]}'),
      container('web', 'networks: [monitoring]'),
    );
    expect(of('Network/monitoring')).to.deep.equal([]);
    expect(of('Certificate/operator')).to.deep.equal(['CertificateAuthority/lab', 'Gate/first']);
  });

  it('does not wait for members without parts, which want nothing', async () => {
    const of = await dependenciesOf(
      prometheus('one', '{dependsOn: [Gate/first]}'),
      manifest('ScrapeTarget', 'a', '{port: 1}'),
    );
    expect(of('Certificate/operator')).to.deep.equal(['CertificateAuthority/lab', 'Gate/first']);
  });

  it('does not wait behind a gate that waits for it', async () => {
    const waits = manifest('Gate', 'third', '{checklist: [x], dependsOn: [Certificate/operator, Network/monitoring]}');
    const of = await dependenciesOf(waits, prometheus('one', '{dependsOn: [Gate/third]}'));
    expect(of('Network/monitoring')).to.deep.equal([]);
    expect(of('Certificate/operator')).to.deep.equal(['CertificateAuthority/lab']);
  });

  it('does not make a gate wait for itself over an image that it names', async () => {
    const waits = manifest('Gate', 'third', '{checklist: [x], dependsOn: ["Image/prometheus:1"]}');
    const of = await dependenciesOf(waits, prometheus('one', '{dependsOn: [Gate/third]}'));
    expect(of('Image/prometheus:1')).to.deep.equal([]);
  });

  it('follows what a member waits for through another member', async () => {
    const of = await dependenciesOf(
      prometheus('one', '{dependsOn: [Gate/first]}'),
      prometheus('two', '{dependsOn: [Prometheus/one]}'),
    );
    expect(of('Network/monitoring')).to.deep.equal(['Gate/first']);
    expect(of('Directory/two-config')).to.deep.equal(['Prometheus/one']);
  });

  describe('a MonitoredService', () => {
    const TRAEFIK = manifest('Traefik', 'traefik', '{}');
    async function order(...documents: string[]): Promise<Readonly<Record<string, readonly string[]>>> {
      writeFiles(directory(), { 'a.yaml': [AUTHORITY, ...GATES, ...documents].join('---\n') });
      const state = await load(directory());
      expect(lines(state)).to.deep.equal([]);
      return Object.fromEntries(state.resources.map(({ key, dependsOn }) => [key, dependsOn]));
    }
    const service = manifest('MonitoredService', 'app', '{container: app, port: 80}');

    it('comes after the Traefik and the container that serve it', async () => {
      const of = await order(TRAEFIK, service, container('app', 'networks: [edge]'));
      expect(of['MonitoredService/app']).to.deep.equal(['Container/app', 'Traefik/traefik']);
    });

    it('needs no Container resource', async () => {
      expect((await order(TRAEFIK, service))['MonitoredService/app']).to.deep.equal(['Traefik/traefik']);
    });

    it('may come before what serves it, where a person says so', async () => {
      const waits = manifest('Traefik', 'traefik', '{dependsOn: [MonitoredService/app]}');
      const of = await order(waits, service, container('app', 'networks: [edge]'));
      expect(of['MonitoredService/app']).to.deep.equal(['Container/app']);
    });
  });
});
