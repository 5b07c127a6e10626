import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredState, Resource } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';
import { TOYS } from './toy-renderers.ts';

const AUTHORITY = manifest('CertificateAuthority', 'lab', '{create: true}');
const PROMETHEUS = manifest('Prometheus', 'prometheus');

/** Keys of what a Prometheus of the toys comes to, with what all members share. */
const PARTS = ['Container/prometheus', 'Directory/prometheus-config', 'File/prometheus-targets'];

describe('high-level resources', () => {
  const directory = temporaryDirectory('stack');
  type Options = Parameters<typeof load>[1];
  const read = (files: Readonly<Record<string, string>>, options: Options = {}): Promise<DesiredState> => {
    writeFiles(directory(), { '00.yaml': AUTHORITY, ...files });
    return load(directory(), { renderers: TOYS, ...options });
  };
  const resource = (state: DesiredState, key: string): Resource => {
    const found = state.resources.find((each) => each.key === key);
    if (found === undefined) throw new Error(`no ${key}:\n${lines(state).join('\n')}`);
    return found;
  };
  const withLabels = (labels: string, spec = '{}') =>
    manifest('Prometheus', 'prometheus', spec, `, labels: {${labels}}`);

  describe('are expanded', () => {
    it('to parts that come before them, beside what all of them share', async () => {
      const state = await read({ 'p.yaml': PROMETHEUS });
      expect(lines(state)).to.deep.equal([]);
      expect(keys(state)).to.deep.equal([
        'Certificate/operator',
        'CertificateAuthority/lab',
        ...[...PARTS, 'Directory/prometheus-targets'].sort(),
        'Image/prometheus:1',
        'Network/monitoring',
        'Prometheus/prometheus',
      ]);
      expect(specOf(state, 'Prometheus', 'prometheus').parts).to.deep.equal(PARTS);
      expect(resource(state, 'Prometheus/prometheus').dependsOn).to.deep.equal(PARTS);
      expect(state.complete).to.equal(true);
    });

    it('to resources that say what they were rendered from and where that is written', async () => {
      const state = await read({ 'p.yaml': `# a comment\n${PROMETHEUS}` });
      const origins = state.resources.map(({ key, renderedFrom, source }) => `${key} ${renderedFrom} ${source.file}`);
      expect(origins).to.include.members([
        'Container/prometheus Prometheus/prometheus p.yaml',
        'Image/prometheus:1 Prometheus/prometheus p.yaml',
        'Network/monitoring Bastion/bastion p.yaml',
        'CertificateAuthority/lab undefined 00.yaml',
      ]);
      expect(resource(state, 'File/prometheus-targets').source.line).to.equal(2);
    });

    it('to parts with the same defaults, order and rules as what people write', async () => {
      const state = await read({ 'p.yaml': PROMETHEUS });
      expect(specOf(state, 'Container', 'prometheus')).to.include({ mem_limit: 64 << 20, runPolicy: 'always' });
      expect(resource(state, 'Container/prometheus').dependsOn).to.deep.equal([
        'Directory/prometheus-config',
        'File/prometheus-targets',
        'Image/prometheus:1',
        'Network/monitoring',
      ]);
    });

    it('with what they depend on before each of their parts', async () => {
      const state = await read({
        'g.yaml': manifest('Gate', 'go', '{checklist: [x]}'),
        'p.yaml': manifest('Prometheus', 'prometheus', '{dependsOn: [Gate/go]}'),
      });
      expect(lines(state)).to.deep.equal([]);
      for (const key of [...PARTS, 'Prometheus/prometheus'])
        expect(resource(state, key).dependsOn, key).to.include('Gate/go');
    });

    it('in the house as the Bastion, the levels, and the others say', async () => {
      const files = {
        'b.yaml': manifest('Bastion', 'home', '{dataDirectory: /srv/core/, images: {"prometheus:1": "mirror/p:1"}}'),
        'p.yaml': PROMETHEUS,
        't.yaml': [manifest('ScrapeTarget', 'b', '{port: 2}'), manifest('ScrapeTarget', 'a', '{port: 1}')].join(
          '---\n',
        ),
      };
      const levels = { 'Prometheus/prometheus': { memory: { level: 3, since: 0, cause: 'x' } } } as const;
      const state = await read(files, { levels });
      expect(specOf(state, 'File', 'prometheus-targets')).to.include({
        path: '/srv/core/prometheus/config/targets',
        content: 'a:1\nb:2',
      });
      expect(specOf(state, 'Container', 'prometheus').image).to.equal('mirror/p:1');
      expect(specOf(state, 'Prometheus', 'prometheus').service).to.include({ retention: 1003 });
      expect(resource(state, 'Network/monitoring').renderedFrom).to.equal('Bastion/home');
    });

    it('with the root before every host path, that of the service too', async () => {
      const state = await read({ 'p.yaml': PROMETHEUS }, { root: '/try/' });
      expect(specOf(state, 'Directory', 'prometheus-config').path).to.equal('/try/opt/core/prometheus/config');
      expect(specOf(state, 'Container', 'prometheus').volumes?.[0]?.source).to.equal('/try/opt/core/prometheus/config');
      expect(specOf(state, 'Prometheus', 'prometheus').service).to.include({
        dataDirectory: '/try/opt/core/prometheus/data',
      });
    });

    it('so that a change of what is rendered is a change of that part, and of nothing else', async () => {
      const one = await read({ 'p.yaml': PROMETHEUS });
      const two = await read({ 'p.yaml': PROMETHEUS, 't.yaml': manifest('ScrapeTarget', 'a', '{port: 1}') });
      const changed = one.resources.filter(({ key, attempt }) => resource(two, key).attempt !== attempt);
      expect(changed.map(({ key }) => key)).to.deep.equal(['File/prometheus-targets']);
    });

    it('so that a change of what the service is asked is a change of the high-level resource', async () => {
      const one = await read({ 'p.yaml': PROMETHEUS });
      const levels = { 'Prometheus/prometheus': { memory: { level: 1, since: 0, cause: 'x' } } } as const;
      const two = await read({ 'p.yaml': PROMETHEUS }, { levels });
      const changed = one.resources.filter(({ key, hash }) => resource(two, key).hash !== hash);
      expect(changed.map(({ key }) => key)).to.deep.equal(['Prometheus/prometheus']);
    });

    it('and make the shared certificate that of the operator, unless the Bastion names another', async () => {
      expect((await read({ 'p.yaml': PROMETHEUS })).bastion.clientCertificate).to.equal('operator');
      expect((await read({ 'c.yaml': container('web') })).bastion.clientCertificate).to.equal(undefined);
      const other = manifest('Certificate', 'other', '{issuer: lab, dnsNames: [a.lab], usages: [clientAuth]}');
      const named = manifest('Bastion', 'b', '{clientCertificate: other}');
      const state = await read({ 'b.yaml': named, 'c.yaml': other, 'p.yaml': PROMETHEUS });
      expect(state.bastion.clientCertificate).to.equal('other');
    });
  });

  describe('that are wrong', () => {
    const broken = async (files: Readonly<Record<string, string>>) => {
      const state = await read(files);
      expect(state.complete).to.equal(false);
      for (const key of [...PARTS, 'Prometheus/prometheus']) expect(keys(state)).not.to.include(key);
      return lines(state);
    };

    it('are told of where the renderer says', async () => {
      const found = await broken({
        'p.yaml': withLabels('problem: spec.retention', '\n  scrapeInterval: 30s\n  retention: 30d'),
      });
      expect(found).to.deep.equal(['p.yaml:6:3 Prometheus/prometheus spec.retention: is refused (value)']);
    });

    it('are told of where they are written when the fault is in what is rendered, with what that is', async () => {
      expect(await broken({ 'p.yaml': withLabels('mode: "9"') })).to.deep.equal([
        'p.yaml:1:1 Prometheus/prometheus: rendered File/prometheus-targets spec.mode: is not a mode: write three or four octal digits in quotes, such as "0644" (value)',
      ]);
      const [found] = await broken({ 'p.yaml': withLabels('path: /root/x') });
      expect(found)
        .to.contain('p.yaml:1:1 Prometheus/prometheus: rendered File/prometheus-targets spec.path: /root/x')
        .and.to.contain('(policy allowed-roots)');
    });

    it('are told of once where something that they depend on is not there', async () => {
      const found = await broken({ 'p.yaml': manifest('Prometheus', 'prometheus', '{dependsOn: [Gate/nowhere]}') });
      expect(found).to.deep.equal([
        'p.yaml:4:20 Prometheus/prometheus spec.dependsOn[0]: names Gate/nowhere, which is not declared: add a document of kind Gate named nowhere (reference)',
      ]);
    });

    it('are told that they are what they depend on', async () => {
      const found = await broken({
        'p.yaml': manifest('Prometheus', 'prometheus', '{dependsOn: [Container/prometheus]}'),
      });
      expect(found).to.deep.equal([
        'p.yaml:4:20 Prometheus/prometheus spec.dependsOn[0]: names Container/prometheus, which is rendered from this resource itself: remove it (cycle)',
      ]);
    });

    it('are told of a part that needs what is not there', async () => {
      expect(await broken({ 'p.yaml': withLabels('network: nowhere') })).to.deep.equal([
        'p.yaml:1:1 Prometheus/prometheus: rendered Container/prometheus spec.networks.nowhere: names Network/nowhere, which is not declared: add a document of kind Network named nowhere (with external: true if it exists already) (reference)',
      ]);
    });

    it('are told of a circle through what they become', async () => {
      const found = await broken({
        'p.yaml': manifest('Prometheus', 'prometheus', '{dependsOn: [Container/web]}'),
        'w.yaml': container('web', 'dependsOn: [Container/prometheus]'),
      });
      expect(found.join('\n')).to.contain('p.yaml:4:20 Prometheus/prometheus spec.dependsOn[0]: depends on itself:');
    });

    it('take nobody with them, whatever a renderer does', async () => {
      writeFiles(directory(), { 'a.yaml': AUTHORITY, 'p.yaml': withLabels('throws: x'), 'w.yaml': container('web') });
      const state = await load(directory(), { renderers: TOYS });
      expect(lines(state)).to.deep.equal([
        'p.yaml:1:1 Prometheus/prometheus: cannot be rendered, which is a fault of bastion (please report it): a bug (value)',
      ]);
      expect(keys(state)).to.include('Container/web').and.not.to.include('Prometheus/prometheus');
    });

    it('say so to those who name a part of them', async () => {
      const found = await broken({
        'p.yaml': withLabels('problem: spec'),
        'w.yaml': container('web', 'dependsOn: [Container/prometheus]'),
      });
      expect(found.join('\n')).to.contain(
        'Container/web spec.dependsOn[0]: needs Container/prometheus, which is broken',
      );
    });

    it('are told of mistakes of the Bastion there, once', async () => {
      const state = await read({
        'b.yaml': manifest('Bastion', 'b', '{monitoringSubnet: 10.1.2.3/24}'),
        'p.yaml': PROMETHEUS,
      });
      expect(lines(state).filter((line) => !line.includes('held back'))[0]).to.contain(
        'b.yaml:4:8 Bastion/b spec.monitoringSubnet: does not begin at its first address: write 10.1.2.0/24',
      );
      expect(state.resources).to.deep.equal([]);
    });
  });

  describe('that clash', () => {
    const before = () => read({ 'p.yaml': PROMETHEUS });

    it('with a document give way with it, each told of the other', async () => {
      const state = await read({ 'p.yaml': PROMETHEUS, 'w.yaml': `\n${container('prometheus')}` });
      expect(lines(state)).to.deep.equal([
        'p.yaml:1:1 Prometheus/prometheus: renders Container/prometheus, which is declared at w.yaml:2 too: remove that document, or rename one of the two (duplicate)',
        'w.yaml:4:12 Container/prometheus metadata.name: is rendered from Prometheus/prometheus at p.yaml:1 too: remove this document, or rename it or Prometheus/prometheus (duplicate)',
      ]);
      expect(keys(state)).to.deep.equal(['CertificateAuthority/lab']);
    });

    it('with a document that came later go on as they were', async () => {
      const previous = await before();
      writeFileSync(join(directory(), 'w.yaml'), container('prometheus', 'tty: true'));
      const state = await load(directory(), { renderers: TOYS, previous });
      expect(keys(state)).to.deep.equal(keys(previous));
      expect(specOf(state, 'Container', 'prometheus')).to.deep.equal(specOf(previous, 'Container', 'prometheus'));
      expect(state.complete).to.equal(false);
    });

    it('with a document that was there first leave it as it was', async () => {
      const previous = await read({ 'w.yaml': container('prometheus', 'tty: true') });
      writeFileSync(join(directory(), 'p.yaml'), PROMETHEUS);
      const state = await load(directory(), { renderers: TOYS, previous });
      expect(specOf(state, 'Container', 'prometheus').tty).to.equal(true);
      expect(keys(state)).not.to.include('Prometheus/prometheus');
    });

    it('with each other give way', async () => {
      const board = (name: string) => manifest('Dashboard', name, '{}');
      writeFiles(directory(), { 'a.yaml': AUTHORITY, 'board.json': '{}', 'd.yaml': board('d'), 'e.yaml': board('e') });
      const twins = { ...TOYS, Dashboard: () => ({ manifests: [TWIN] }) };
      const state = await load(directory(), { renderers: twins });
      expect(lines(state)[0]).to.equal(
        'd.yaml:1:1 Dashboard/d: renders Network/twin, which is rendered from Dashboard/e at e.yaml:1 too: rename one of the two (duplicate)',
      );
      expect(keys(state)).to.deep.equal(['CertificateAuthority/lab']);
    });

    it('with what all of them share are told of too', async () => {
      const state = await read({ 'p.yaml': PROMETHEUS, 'n.yaml': manifest('Network', 'monitoring') });
      expect(lines(state).join('\n')).to.contain(
        'n.yaml:3:12 Network/monitoring metadata.name: is rendered from Bastion/bastion at p.yaml:1 too',
      );
      expect(state.complete).to.equal(false);
    });
  });

  describe('may do what people may not', () => {
    const PRIVILEGED = container('web', 'pid: host').replace(
      'metadata: {name: web}',
      'metadata: {name: web, annotations: {bastion.lab/allow: no-privileged-host-access, bastion.lab/allow-reason: x}}',
    );

    it('by exceptions that the program takes, without the leave of the operator', async () => {
      expect(lines(await read({ 'p.yaml': PROMETHEUS }))).to.deep.equal([]);
      const [found] = lines(await read({ 'p.yaml': PROMETHEUS, 'w.yaml': PRIVILEGED }));
      expect(found).to.contain('w.yaml:').and.to.contain('(policy no-privileged-host-access)');
    });

    it('and not by annotations of their own', async () => {
      const annotated = manifest(
        'Prometheus',
        'prometheus',
        '{}',
        ', labels: {path: /root/x}, annotations: {bastion.lab/allow: allowed-roots, bastion.lab/allow-reason: x}',
      );
      const state = await read({ 'p.yaml': annotated });
      expect(lines(state)[0]).to.contain('rendered File/prometheus-targets spec.path: /root/x');
    });
  });

  const TWIN = { apiVersion: 'bastion.lab/v1', kind: 'Network', metadata: { name: 'twin' }, spec: {} } as const;
});
