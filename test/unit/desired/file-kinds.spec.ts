import { expect } from 'chai';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { formatKeyPath, parseKeyPath } from '../../../src/model/key-path.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

const AUTHORITY = manifest('CertificateAuthority', 'ca');
const CERTIFICATE = manifest('Certificate', 'prometheus', '{issuer: ca, dnsNames: [prometheus.lab]}');
const LIVE = '/etc/pki/homelab/live/prometheus';

describe('files that are checked, patched and rotated', () => {
  const directory = temporaryDirectory('file-kinds');
  const loadText = (...documents: string[]): Promise<DesiredState> => {
    writeFiles(directory(), { 'a.yaml': documents.join('---\n') });
    return load(directory());
  };
  const found = async (...documents: string[]): Promise<string> => lines(await loadText(...documents)).join('\n');
  const file = (spec: string, name = 'f'): string =>
    manifest('File', name, `{path: /opt/p/p.yml, content: x, ${spec}}`);

  describe('a check', () => {
    it('has one form, whichever it was written in', async () => {
      const one = await loadText(file('check: {image: "prom:1", command: "promtool check config {file}"}'));
      expect(specOf(one, 'File', 'f').check).to.deep.equal({
        image: 'prom:1',
        commands: [['promtool', 'check', 'config', '{file}']],
      });
      const check =
        `{image: "prom:1", commands: [[promtool, check, "{file}"], promtool test rules test.yml], user: 65534, ` +
        `files: {test.yml: "a: 1"}, volumes: ["${LIVE}:/etc/bastion-certs", "/opt/p:/data:ro"], runsFor: 3s}`;
      const all = await loadText(AUTHORITY, CERTIFICATE, file(`check: ${check}`));
      expect(specOf(all, 'File', 'f').check).to.deep.equal({
        image: 'prom:1',
        commands: [
          ['promtool', 'check', '{file}'],
          ['promtool', 'test', 'rules', 'test.yml'],
        ],
        user: '65534',
        files: { 'test.yml': 'a: 1' },
        volumes: [
          { source: '/opt/p', target: '/data' },
          { source: LIVE, target: '/etc/bastion-certs' },
        ],
        runsFor: 3000,
      });
    });

    it('comes after what its image and its volumes need', async () => {
      const state = await loadText(
        AUTHORITY,
        CERTIFICATE,
        manifest('Directory', 'data', '{path: /opt/data}'),
        file(`check: {image: "prom:1", command: x, volumes: ["${LIVE}:/certs", "/opt/data/rules:/rules"]}`),
        manifest('FilePatch', 'p', '{path: /opt/t.yml, set: {a: 1}, check: {image: "traefik:3.7.9", command: x}}'),
      );
      const needs = (key: string) => state.resources.find((each) => each.key === key)?.dependsOn;
      expect(needs('File/f')).to.deep.equal(['Certificate/prometheus', 'Directory/data', 'Image/prom:1']);
      expect(needs('FilePatch/p')).to.deep.equal(['Image/traefik:3.7.9']);
      expect(keys(state)).to.include('Image/traefik:3.7.9');
    });

    it('has its host paths below the root that is set', async () => {
      writeFiles(directory(), { 'a.yaml': file('check: {image: "prom:1", command: x, volumes: ["/opt/q:/q"]}') });
      const state = await load(directory(), { root: '/scratch' });
      expect(specOf(state, 'File', 'f').check?.volumes).to.deep.equal([{ source: '/scratch/opt/q', target: '/q' }]);
    });

    const refusals: readonly (readonly [string, string])[] = [
      ['{image: "prom:1"}', 'spec.check: needs exactly one of command and commands'],
      ['{image: "prom:1", command: x, commands: [x]}', 'needs exactly one of command and commands, not both'],
      ['{image: "prom:1", commands: []}', 'spec.check.commands: is empty'],
      ['{image: "prom:1", commands: [x, []]}', 'spec.check.commands[1]: is empty'],
      ['{image: "prom:1", command: x, files: {a/b: ""}}', 'spec.check.files["a/b"]: is no name of a file'],
      ['{image: "prom:1", command: x, files: {p.yml: ""}}', 'is the name of the candidate itself'],
      ['{image: "prom:1", command: x, files: {s: "password: hunter22"}}', 'password holds a secret in clear text'],
      ['{image: "prom:1", command: x, volumes: [data:/data]}', 'is not HOST:CONTAINER with two absolute paths'],
      ['{image: "prom:1", command: x, volumes: ["/opt/a:/a:rw"]}', 'it is always read only'],
      ['{image: "prom:1", command: x, volumes: ["/opt/a:/candidate/x"]}', 'hides /candidate/x, which the check itself'],
      ['{image: "prom:1", command: x, volumes: ["/opt/a:/a", "/opt/b:/a"]}', 'shows a second thing at /a'],
      ['{image: "prom:1", command: x, volumes: ["/export/a:/a"]}', '/export/a lies outside the allowed roots'],
      ['{image: "prom:1", command: x, volumes: ["/etc/ssh:/a"]}', '/etc/ssh gives control over the host'],
      ['{image: "prom:1", command: x, runsFor: 61s}', 'spec.check.runsFor: is longer than 1m'],
      ['{image: "prom:latest", command: x}', 'moves: pin it'],
    ];
    for (const [check, message] of refusals)
      it(`refuses ${check}`, async () => expect(await found(file(`check: ${check}`))).to.contain(message));

    it('sees a key by the directory of its Certificate only, and never an authority’s', async () => {
      const showing = (source: string): string =>
        file(`check: {image: "prom:1", command: x, volumes: ["${source}:/c"]}`);
      for (const [source, message] of [
        [LIVE, ''],
        ['/etc/pki/homelab/live', `holds the private key of Certificate/prometheus: show the check its directory`],
        ['/etc/pki/homelab/private', `holds the private key of CertificateAuthority/ca`],
        ['/etc/pki/homelab/certs', ''],
      ] as const) {
        const text = await found(AUTHORITY, CERTIFICATE, showing(source));
        if (message === '') expect(text, source).to.equal('');
        else expect(text, source).to.contain(message).and.to.contain('spec.check.volumes');
      }
    });

    it('sees nothing of the operator’s own', async () => {
      const gates = join(directory(), 'host', 'gates');
      mkdirSync(gates, { recursive: true });
      const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${directory()}"]}`);
      const one = manifest(
        'File',
        'f',
        `{path: "${directory()}/f", content: x, check: {image: "a:1", command: x, volumes: ["${join(directory(), 'host')}:/a"]}}`,
      );
      writeFiles(join(directory(), 'desired'), { 'a.yaml': `${bastion}---\n${one}` });
      const state = await load(join(directory(), 'desired'), { reserved: [gates] });
      expect(lines(state).join('\n')).to.contain('must not be seen by a check');
    });
  });

  describe('a consumer', () => {
    const consumer = (spec: string): Promise<string> =>
      found(AUTHORITY, container('web'), file(`onChange: [{container: web, ${spec}}]`));

    it('is asked over TLS, in several looks, of an authority that is declared', async () => {
      const state = await loadText(
        AUTHORITY,
        container('web'),
        file(
          'onChange: [{container: web, http: {port: 1, path: /r, tls: {serverName: web.lab, authority: ca}}, ' +
            'loaded: {port: 1, path: /s, contains: x, tls: {serverName: web.lab, authority: ca}, and: [{path: /t, contains: y}]}}]',
        ),
      );
      const tls = { serverName: 'web.lab', authority: 'ca' };
      expect(specOf(state, 'File', 'f').onChange).to.deep.equal([
        {
          container: 'web',
          action: { type: 'http', method: 'POST', port: 1, path: '/r', tls },
          loaded: { port: 1, path: '/s', contains: 'x', within: 30_000, tls, and: [{ path: '/t', contains: 'y' }] },
        },
      ]);
      const other = 'signal: HUP, loaded: {port: 1, path: /s, contains: x, tls: {serverName: a.lab, authority: no}}';
      expect(await consumer(other)).to.contain('names CertificateAuthority/no, which is not declared');
    });

    it('is not asked what any answer holds, or by what is no name', async () => {
      expect(
        await consumer('signal: HUP, loaded: {port: 1, path: /s, contains: x, and: [{path: /, contains: ""}]}'),
      ).to.contain('spec.onChange[0].loaded.and[0].contains: is empty');
      expect(
        await consumer(
          'signal: HUP, loaded: {port: 1, path: /, contains: x, tls: {serverName: "https://a", authority: ca}}',
        ),
      ).to.contain('is not a name that can be asked for');
    });
  });

  describe('a FilePatch', () => {
    const patch = (spec: string): string => manifest('FilePatch', 'p', `{path: /opt/t.yml, ${spec}}`);

    it('has its keys as they were written, and paths in one form', async () => {
      const state = await loadText(patch('set: {log: {level: INFO}, "a.b": [1, x]}, overwrite: [\'["a.b"]\', log]'));
      expect(specOf(state, 'FilePatch', 'p')).to.deep.equal({
        path: '/opt/t.yml',
        set: { log: { level: 'INFO' }, 'a.b': [1, 'x'] },
        overwrite: ['["a.b"]', 'log'],
        onChange: [],
      });
    });

    for (const [spec, message] of [
      ['set: {}', 'spec.set: is empty'],
      ['set: {a: .nan}', 'spec.set.a: is no value'],
      ['set: {a: [{b: .inf}]}', 'spec.set.a: is no value'],
      ['set: {a: 1}, overwrite: ["a..b"]', 'is no path of a key'],
      ['set: {a: {b: 1}}, overwrite: [a.c]', 'names no key of set'],
      ['set: {api: {password: hunter22}}', 'spec.set.api.password: password holds a secret in clear text'],
    ] as const)
      it(`refuses ${spec}`, async () => expect(await found(patch(spec))).to.contain(message));

    it('comes before what reads the file, which must not be a mount of the file itself', async () => {
      const reader = (source: string): string => container('web', `volumes: ["${source}"]`);
      const state = await loadText(patch('set: {a: 1}'), reader('/opt/t.yml:/t.yml'));
      expect(state.resources.find(({ key }) => key === 'Container/web')?.dependsOn).to.include('FilePatch/p');
      const told = patch('set: {a: 1}, onChange: [{container: web, signal: HUP}]');
      expect(await found(told, reader('/opt/t.yml:/t.yml'))).to.contain('would go on reading the old content');
    });

    it('is the only owner that a path has here', async () =>
      expect(await found(patch('set: {a: 1}'), manifest('File', 'f', '{path: /opt/t.yml, content: x}'))).to.contain(
        'path /opt/t.yml belongs to File/f too',
      ));
  });

  describe('a LogFile', () => {
    const log = (spec = ''): string => manifest('LogFile', 'l', `{path: /opt/logs/access.log, container: web${spec}}`);

    it('has the defaults of people who do not think about logs', async () => {
      const state = await loadText(log(), container('web'));
      expect(specOf(state, 'LogFile', 'l')).to.deep.equal({
        path: '/opt/logs/access.log',
        maxSize: 64 * 1024 * 1024,
        keep: 3,
        container: 'web',
        signal: 'SIGUSR1',
      });
      const all = await loadText(log(', maxSize: 1g, keep: 9, maxAge: 52w, signal: hup'), container('web'));
      expect(specOf(all, 'LogFile', 'l')).to.include({
        maxSize: 1024 ** 3,
        maxAge: 52 * 604_800_000,
        signal: 'SIGHUP',
      });
    });

    it('refuses what would be rotated all the time, and a writer that nobody knows', async () => {
      expect(await found(log(', maxSize: 1k'), container('web'))).to.contain('is less than 64k');
      expect(await found(log(', keep: 0'), container('web'))).to.contain('spec.keep');
      expect(await found(log())).to.contain('names Container/web, which is not declared');
    });

    it('has its rotated files to itself', async () => {
      const other = manifest('File', 'f', '{path: /opt/logs/access.log.2, content: x}');
      expect(await found(log(), container('web'), other)).to.contain(
        'path /opt/logs/access.log.2 is a rotated file of LogFile/l: choose another name',
      );
    });
  });

  it('paths of keys are read as they are written', () => {
    for (const path of [['a'], ['a', 'b-c', 'd_e'], ['a.b', 'c'], ['a', 'b c', '"', '[x]', ''], ['größe', '8080']])
      expect(parseKeyPath(formatKeyPath(path))).to.deep.equal(path);
    expect(formatKeyPath(['http', 'a.b', 'rule'])).to.equal('http["a.b"].rule');
    for (const text of ['', '.', 'a.', '.a', 'a..b', 'a[b]', 'a["b"', 'a b'])
      expect(parseKeyPath(text), text).to.equal(undefined);
  });
});
