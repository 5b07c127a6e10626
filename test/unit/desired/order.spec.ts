import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, writeFiles } from './desired-directory.ts';

describe('order between resources', () => {
  const directory = temporaryDirectory('order');
  const loadText = (...documents: string[]) => {
    writeFiles(directory(), { 'a.yaml': documents.join('---\n') });
    return load(directory());
  };
  const ofKey = async (key: string, ...documents: string[]) => {
    const state = await loadText(...documents);
    expect(lines(state)).to.deep.equal([]);
    return state.resources.find((resource) => resource.key === key)?.dependsOn;
  };

  it('is inferred from what a container names', async () => {
    const found = await ofKey(
      'Container/web',
      container(
        'web',
        'networks: [front]',
        'volumes: ["data:/d", "/opt/web/conf:/c"]',
        'ipc: container:vpn',
        'dependsOn: [Gate/go]',
      ),
      manifest('Network', 'front'),
      manifest('Volume', 'data'),
      manifest('Directory', 'opt', '{path: /opt}'),
      manifest('Directory', 'web', '{path: /opt/web}'),
      manifest('File', 'conf', '{path: /opt/web/conf/a, content: x}'),
      manifest('File', 'elsewhere', '{path: /opt/web/confusing, content: x}'),
      manifest('Gate', 'go', '{checklist: [x]}'),
      container('vpn'),
    );
    expect(found).to.deep.equal([
      'Container/vpn',
      'Directory/web',
      'File/conf',
      'Gate/go',
      'Image/busybox:1.36',
      'Network/front',
      'Volume/data',
    ]);
  });

  it('prefers a declared Image to an implicit one', async () => {
    const state = await loadText(container('web'), manifest('Image', 'box', '{reference: "busybox:1.36"}'));
    expect(keys(state)).to.deep.equal(['Container/web', 'Image/box']);
    expect(state.resources[0]?.dependsOn).to.deep.equal(['Image/box']);
  });

  it('puts an image that only resources behind a gate want behind that gate, and no other', async () => {
    const state = await loadText(
      container('db'),
      manifest('Gate', 'go', '{checklist: [x], dependsOn: [Container/db]}'),
      container('web', 'dependsOn: [Gate/go]').replace('busybox:1.36', 'web:1'),
      container('late', 'dependsOn: [Container/web]').replace('busybox:1.36', 'late:1'),
      container('both', 'dependsOn: [Gate/go]'),
    );
    expect(lines(state)).to.deep.equal([]);
    const images = state.resources
      .filter(({ kind }) => kind === 'Image')
      .map(({ name, dependsOn }) => [name, dependsOn]);
    expect(images).to.deep.equal([
      ['busybox:1.36', []],
      ['late:1', ['Gate/go']],
      ['web:1', ['Gate/go']],
    ]);
  });

  it('puts a file after its closest directory and the image of its check', async () => {
    const found = await ofKey(
      'File/f',
      manifest(
        'File',
        'f',
        '{path: /opt/a/b/f, content: x, check: {image: "busybox:1.36", command: [test, -s, "{file}"]}}',
      ),
      manifest('Directory', 'a', '{path: /opt/a}'),
      manifest('Directory', 'o', '{path: /opt}'),
    );
    expect(found).to.deep.equal(['Directory/a', 'Image/busybox:1.36']);
  });

  it('lets a file below a mounted directory come after the container when it says so', async () => {
    const documents = [
      container('traefik', 'volumes: ["/opt/dynamic:/dynamic"]'),
      manifest('Directory', 'dynamic', '{path: /opt/dynamic}'),
      manifest('Gate', 'seen', '{checklist: [x], dependsOn: [Container/traefik]}'),
      manifest('File', 'late', '{path: /opt/dynamic/late.yml, content: x, dependsOn: [Gate/seen]}'),
    ];
    expect(await ofKey('Container/traefik', ...documents)).to.deep.equal(['Directory/dynamic', 'Image/busybox:1.36']);
    expect(await ofKey('File/late', ...documents)).to.deep.equal(['Directory/dynamic', 'Gate/seen']);
  });

  it('has no container wait for what another high-level resource puts into a directory that it mounts', async () => {
    const state = await loadText(
      manifest('CertificateAuthority', 'lab', '{create: true}'),
      manifest('Prometheus', 'prometheus', '{}'),
      manifest('NodeExporter', 'node-exporter', '{dependsOn: [Gate/later]}'),
      manifest('Gate', 'later', '{checklist: [x]}'),
    );
    expect(lines(state)).to.deep.equal([]);
    const dependsOn = (key: string) => state.resources.find((resource) => resource.key === key)?.dependsOn;
    const target = 'File/prometheus-target-node-exporter';
    expect(dependsOn('Container/prometheus'))
      .to.include.members(['Directory/prometheus-targets', 'File/prometheus-config', 'File/prometheus-rules'])
      .and.to.not.include(target);
    expect(dependsOn(target)).to.deep.equal(['Container/node-exporter', 'Directory/prometheus-targets', 'Gate/later']);
    expect(dependsOn('NodeExporter/node-exporter')).to.include(target);
  });

  it('names a circle', async () => {
    const state = await loadText(
      container('aa', 'dependsOn: [Container/bb]'),
      container('bb', 'network_mode: container:cc'),
      container('cc', 'dependsOn:', '  - Container/aa'),
      container('dd'),
    );
    expect(keys(state)).to.deep.equal(['Container/dd', 'Image/busybox:1.36']);
    expect(lines(state)).to.have.length(3);
    expect(lines(state)[0]).to.contain(
      'Container/aa spec.dependsOn[0]: depends on itself: Container/aa -> Container/bb -> Container/cc -> Container/aa',
    );
  });

  it('says what to do about a name that is not declared', async () => {
    const found = lines(
      await loadText(
        container('web', 'volumes: ["dta:/d"]', 'dependsOn: [Gate/x, Container/front]'),
        manifest('Network', 'front'),
      ),
    ).join('\n');
    expect(found).to.contain(
      'names Volume/dta, which is not declared: add a document of kind Volume named dta (with external: true if it exists already)',
    );
    expect(found).to.contain('spec.dependsOn[0]: names Gate/x, which is not declared');
    expect(found).to.contain('spec.dependsOn[1]: names Container/front, which is not declared: there is Network/front');
  });
});
