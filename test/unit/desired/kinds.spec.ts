import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CONSENT_PURPOSES } from '../../../src/model/gates.ts';
import { consentRequest } from '../../../src/plan/consent.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

describe('kinds other than Container', () => {
  const directory = temporaryDirectory('kinds');
  const loadText = (text: string, more: Record<string, string> = {}, root = '') => {
    writeFiles(directory(), { 'a.yaml': text, ...more });
    return load(directory(), { root });
  };

  it('reads a Network as Compose writes it', async () => {
    const spec =
      '{driver_opts: {x: 1500}, ipam: {driver: default, config: [{subnet: 10.9.0.0/24, aux_addresses: {r: 10.9.0.2}}]}, labels: [a=b], internal: true}';
    const state = await loadText(manifest('Network', 'n', spec));
    expect(specOf(state, 'Network', 'n')).to.deep.equal({
      driver: 'bridge',
      driver_opts: { x: '1500' },
      internal: true,
      attachable: false,
      enable_ipv6: false,
      ipam: { config: [{ subnet: '10.9.0.0/24', aux_addresses: { r: '10.9.0.2' } }] },
      labels: { a: 'b' },
      external: false,
      adopt: false,
    });
    expect(lines(await loadText(manifest('Network', 'n', '{ipam: {config: [{subnet: 10.9.0.0}]}}')))[0]).to.contain(
      'spec.ipam.config[0].subnet: is not a subnet',
    );
  });

  it('reads a Volume without a spec', async () => {
    const state = await loadText('apiVersion: bastion.lab/v1\nkind: Volume\nmetadata: {name: data}\n');
    expect(specOf(state, 'Volume', 'data')).to.deep.equal({ driver: 'local', external: false, adopt: false });
  });

  it('reads a File from a source beside the manifest, with its digest', async () => {
    const state = await loadText(manifest('File', 'f', '{path: /opt/f, source: ./f.txt, mode: 0600, owner: 0}'), {
      'f.txt': 'hello',
    });
    expect(specOf(state, 'File', 'f')).to.deep.equal({
      path: '/opt/f',
      content: 'hello',
      encoding: 'utf8',
      digest: createHash('sha256').update('hello').digest('hex'),
      owner: '0',
      mode: 0o600,
      onChange: [],
    });
  });

  for (const [mode, bits] of [
    ['0644', 0o644],
    ['644', 0o644],
    ['"0644"', 0o644],
    ['0o644', 0o644],
    ['1777', 0o1777],
  ] as const)
    it(`reads mode ${mode} as octal`, async () => {
      expect(
        specOf(await loadText(manifest('Directory', 'd', `{path: /opt/d, mode: ${mode}}`)), 'Directory', 'd').mode,
      ).to.equal(bits);
    });

  it('keeps what is not text in base64', async () => {
    const bytes = Buffer.from([0, 1, 255]);
    const state = await loadText(manifest('File', 'f', `{path: /opt/f, contentBase64: ${bytes.toString('base64')}}`));
    expect(specOf(state, 'File', 'f')).to.include({ encoding: 'base64', content: 'AAH/' });
  });

  for (const [spec, message] of [
    ['{path: /opt/f}', 'spec: needs exactly one of content, source and contentBase64, not none'],
    ['{path: /opt/f, content: a, source: b}', 'not content and source'],
    ['{path: /opt/f, source: ../../etc/passwd}', 'spec.source: '],
    ['{path: /opt/f, source: nowhere}', 'spec.source: there is no file nowhere beside the manifest: add it'],
    ['{path: /opt/f, content: a, mode: 888}', 'spec.mode: is not a mode'],
    [
      '{path: /opt/f, content: a, onChange: [{container: w}]}',
      'spec.onChange[0]: needs exactly one of signal, restart and http',
    ],
    [
      '{path: /opt/f, content: a, onChange: [{container: w, restart: true}]}',
      'names Container/w, which is not declared',
    ],
    ['{path: opt, content: a}', 'spec.path: is not written as it must be (Absolute path on the host)'],
  ] as const)
    it(`refuses the File ${spec}`, async () => {
      expect(lines(await loadText(manifest('File', 'f', spec))).join('\n')).to.contain(message);
    });

  it('reads what follows a change', async () => {
    const onChange =
      '[{container: ww, signal: hup, loaded: {port: 80, path: /, contains: x}}, {container: ww, http: {port: 80, path: /r}}]';
    const state = await loadText(
      `${manifest('File', 'f', `{path: /opt/f, content: a, onChange: ${onChange}}`)}---\n${container('ww')}`,
    );
    expect(specOf(state, 'File', 'f').onChange).to.deep.equal([
      {
        container: 'ww',
        action: { type: 'signal', signal: 'SIGHUP' },
        loaded: { port: 80, path: '/', contains: 'x', within: 30_000 },
      },
      { container: 'ww', action: { type: 'http', method: 'POST', port: 80, path: '/r' } },
    ]);
  });

  it('takes a changed build context for a changed spec', async () => {
    const text = manifest('Image', 'app', '{reference: "app:1", build: {context: ctx, args: [A=1]}}');
    const first = await loadText(text, { 'ctx/Dockerfile': 'FROM scratch\n' });
    writeFileSync(join(directory(), 'ctx/Dockerfile'), 'FROM busybox:1.36\n');
    const second = await load(directory());
    expect(specOf(first, 'Image', 'app').build).to.include({
      context: join(directory(), 'ctx'),
      dockerfile: 'Dockerfile',
    });
    expect(first.resources[0]?.hash).to.not.equal(second.resources[0]?.hash);
  });

  it('names the installation by its Bastion, which overrides images everywhere', async () => {
    const bastion = manifest('Bastion', 'lab', '{images: {"busybox:1.36": "local/busybox:1"}, concurrency: 2}');
    const state = await loadText(`${bastion}---\n${container('web')}`);
    expect(state.instance).to.equal('lab');
    expect(state.bastion).to.include({ concurrency: 2, maxRemovals: 3 });
    expect(keys(state)).to.deep.equal(['Container/web', 'Image/local/busybox:1']);
    expect(specOf(state, 'Container', 'web').image).to.equal('local/busybox:1');
  });

  it('applies nothing under a name that it cannot read', async () => {
    const state = await loadText(`${manifest('Bastion', 'lab', '{concurrency: many}')}---\n${container('web')}`);
    expect(keys(state)).to.deep.equal([]);
    expect(state.complete).to.equal(false);
    expect(lines(state).join('\n'))
      .to.contain('a.yaml:4:8 Bastion/lab spec.concurrency')
      .and.contain('nothing is applied until it is repaired');
  });

  it('keeps the name and settings of a Bastion that breaks', async () => {
    const previous = await loadText(manifest('Bastion', 'lab'), { 'b.yaml': container('web') });
    writeFileSync(join(directory(), 'a.yaml'), 'kind: Bastion\n  x: [');
    const state = await load(directory(), { previous });
    expect(state.instance).to.equal('lab');
    expect(keys(state)).to.deep.equal(keys(previous));
  });

  it('puts --root before every host path, after the roots were checked', async () => {
    const text = [
      manifest('Directory', 'd', '{path: /opt/d}'),
      manifest('File', 'f', '{path: /opt/d/f, content: x}'),
      container('web', 'volumes: ["/opt/d:/d"]'),
    ].join('---\n');
    const state = await loadText(text, {}, '/scratch/');
    expect(lines(state)).to.deep.equal([]);
    expect(specOf(state, 'Directory', 'd').path).to.equal('/scratch/opt/d');
    expect(specOf(state, 'File', 'f').path).to.equal('/scratch/opt/d/f');
    expect(specOf(state, 'Container', 'web').volumes?.[0]?.source).to.equal('/scratch/opt/d');
  });

  it('keeps the names of consent files free of gates', async () => {
    for (const purpose of CONSENT_PURPOSES) {
      const { file } = consentRequest(purpose, ['Volume/data']);
      const name = file.slice(0, -'.ok'.length);
      expect(lines(await loadText(manifest('Gate', name, '{checklist: [x]}')))[0], name).to.contain(
        'would double as a consent file',
      );
    }
  });

  it('understands anchors and merge keys within a document', async () => {
    const state = await loadText(container('web', 'environment: &e {A: "1"}\nlabels:\n  <<: *e\n  B: "2"'));
    expect(specOf(state, 'Container', 'web').labels).to.deep.equal({ A: '1', B: '2' });
  });

  describe('a Backup', () => {
    const prometheus = `${manifest('Prometheus', 'prometheus')}---\n${manifest('CertificateAuthority', 'lab')}`;
    const backup = (spec: string): string => `${prometheus}---\n${manifest('Backup', 'nightly', spec)}`;

    it('has a directory of its own below the one that is named, and defaults that make sense', async () => {
      const state = await loadText(backup('{directory: /mnt/backup/, prometheus: prometheus}'), {}, '/root');
      expect(specOf(state, 'Backup', 'nightly')).to.deep.equal({
        schedule: '15 3 * * *',
        directory: '/root/mnt/backup/nightly',
        prometheus: 'prometheus',
        keep: 7,
        verify: true,
      });
    });

    it('comes after the Directory that holds it and behind what its Prometheus is behind', async () => {
      const text = `${backup('{directory: /mnt/backup, prometheus: prometheus}')}---\n${manifest('Directory', 'disk', '{path: /mnt/backup, sentinel: true}')}`;
      const found = (await loadText(text)).resources.find(({ key }) => key === 'Backup/nightly');
      expect(found?.dependsOn).to.deep.equal(['Directory/disk', 'Prometheus/prometheus']);
    });

    for (const [spec, message] of [
      ['{directory: /mnt/backup, prometheus: other}', 'spec.prometheus: names Prometheus/other, which is not declared'],
      ['{directory: /mnt/backup, prometheus: prometheus, grafana: g}', 'spec.grafana: names Grafana/g'],
      ['{directory: /mnt/backup, prometheus: prometheus, schedule: daily}', 'spec.schedule: needs five fields'],
      ['{directory: /export/x, prometheus: prometheus}', 'outside the allowed roots'],
    ] as const)
      it(`is refused as ${spec}`, async () => {
        expect(lines(await loadText(backup(spec))).join('\n')).to.contain(message);
      });

    it('is refused where a container may write', async () => {
      const writer = container('db', 'volumes: ["/mnt/backup:/data"]');
      const state = await loadText(`${backup('{directory: /mnt/backup, prometheus: prometheus}')}---\n${writer}`);
      expect(lines(state).join('\n')).to.contain('would lie where Container/db may write (/mnt/backup)');
    });
  });

  it('reads the sentinel of a Directory only where there shall be one', async () => {
    const state = await loadText(
      `${manifest('Directory', 'a', '{path: /opt/a, sentinel: true}')}---\n${manifest('Directory', 'b', '{path: /opt/b, sentinel: false}')}`,
    );
    expect(specOf(state, 'Directory', 'a').sentinel).to.equal(true);
    expect(specOf(state, 'Directory', 'b')).not.to.have.property('sentinel');
  });
});
