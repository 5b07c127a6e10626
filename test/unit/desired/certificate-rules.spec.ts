import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, writeFiles } from './desired-directory.ts';

const PKI = '/etc/pki/homelab';
const AUTHORITY = manifest('CertificateAuthority', 'ca');
const certificate = (name: string, more = ''): string =>
  manifest('Certificate', name, `{issuer: ca, dnsNames: [${name}.lab]${more === '' ? '' : `, ${more}`}}`);
const mounting = (...sources: string[]): string =>
  container('web', `volumes: [${sources.map((source, position) => `"${source}:/m${position}:ro"`).join(', ')}]`);

describe('rules about certificates and secrets', () => {
  const directory = temporaryDirectory('certificate-rules');
  const loadText = (...documents: string[]) => {
    writeFiles(join(directory(), 'desired'), { 'a.yaml': documents.join('---\n') });
    return load(join(directory(), 'desired'));
  };
  const found = async (...documents: string[]): Promise<string> => lines(await loadText(...documents)).join('\n');
  const order = async (key: string, ...documents: string[]) => {
    const state = await loadText(...documents);
    expect(lines(state)).to.deep.equal([]);
    return state.resources.find((resource) => resource.key === key)?.dependsOn;
  };

  describe('order', () => {
    it('puts a certificate after its authority and the directory above, never after those who are told', async () => {
      const documents = [
        AUTHORITY,
        certificate('a', 'consumers: [{container: web, signal: HUP}]'),
        manifest('Directory', 'pki', `{path: ${PKI}}`),
        manifest('Directory', 'private', `{path: ${PKI}/private, mode: "0700"}`),
        mounting(`${PKI}/live/a`),
      ];
      expect(await order('Certificate/a', ...documents)).to.deep.equal([
        'CertificateAuthority/ca',
        'Directory/pki',
        'Directory/private',
      ]);
      expect(await order('CertificateAuthority/ca', ...documents)).to.deep.equal([
        'Directory/pki',
        'Directory/private',
      ]);
      expect(await order('Container/web', ...documents)).to.deep.equal([
        'Certificate/a',
        'Directory/pki',
        'Image/busybox:1.36',
      ]);
    });

    it('puts a container after the bundle and the secret that it mounts, and a secret after its directory', async () => {
      const documents = [
        AUTHORITY,
        manifest('Directory', 'secrets', '{path: /opt/secrets}'),
        manifest('Secret', 's', '{path: /opt/secrets/s}'),
        mounting(`${PKI}/certs`, '/opt/secrets/s'),
      ];
      expect(await order('Secret/s', ...documents)).to.deep.equal(['Directory/secrets']);
      expect(await order('Container/web', ...documents)).to.deep.equal([
        'CertificateAuthority/ca',
        'Directory/secrets',
        'Image/busybox:1.36',
        'Secret/s',
      ]);
    });

    it('lets what lies below a mounted parent come later when it says so', async () => {
      const documents = [
        AUTHORITY,
        certificate('late', 'directory: /opt/web/tls, dependsOn: [Container/web]'),
        manifest('Secret', 'late', '{path: /opt/web/s, dependsOn: [Container/web]}'),
        manifest('Secret', 'early', '{path: /opt/web/e}'),
        mounting('/opt/web'),
      ];
      expect(await order('Container/web', ...documents)).to.deep.equal(['Image/busybox:1.36', 'Secret/early']);
    });

    it('takes each of the kinds in dependsOn', async () => {
      const names = 'dependsOn: [CertificateAuthority/ca, Certificate/a, Secret/s]';
      const documents = [
        AUTHORITY,
        certificate('a'),
        manifest('Secret', 's', '{path: /opt/s}'),
        container('web', names),
      ];
      expect(await order('Container/web', ...documents)).to.include.members([
        'CertificateAuthority/ca',
        'Certificate/a',
        'Secret/s',
      ]);
    });
  });

  describe('single-owner', () => {
    const CONTESTS: [what: string, other: string, field: string][] = [
      ['a file', manifest('File', 'f', '{path: /opt/x, content: a}'), 'certificate'],
      ['a directory', manifest('Directory', 'd', '{path: /opt/x}'), 'directory'],
      ['a secret', manifest('Secret', 's', '{path: /opt/x}'), 'key'],
      ['another request', certificate('b', 'request: /opt/x'), 'request'],
      ['a bundle', manifest('CertificateAuthority', 'cb', '{bundle: /opt/x}'), 'signed'],
    ];
    for (const [what, other, field] of CONTESTS)
      it(`refuses the place of ${what} as ${field}`, async () => {
        const state = await loadText(AUTHORITY, certificate('a', `${field}: /opt/x`), other);
        expect(lines(state)).to.have.length(2);
        for (const line of lines(state)) expect(line).to.contain('path /opt/x belongs to').and.contain('single-owner');
        expect(keys(state)).to.deep.equal(['CertificateAuthority/ca']);
      });

    it('refuses an authority and a certificate whose default places are the same', async () =>
      expect(await found(manifest('CertificateAuthority', 'a'), certificate('a').replace('issuer: ca', 'issuer: a')))
        .to.contain(`path ${PKI}/certs/a.crt belongs to CertificateAuthority/a too`)
        .and.contain(`path ${PKI}/private/a.key belongs to Certificate/a too`));

    for (const [what, other] of [
      ['a file', manifest('File', 'f', `{path: ${PKI}/live/a/x/web.yml, content: a}`)],
      ['another certificate', certificate('b', `directory: ${PKI}/live/a/b`)],
      ['a key', manifest('CertificateAuthority', 'cb', `{key: ${PKI}/live/a/tls.key}`)],
    ] as const)
      it(`refuses ${what} inside the directory of a certificate`, async () => {
        const state = await loadText(AUTHORITY, certificate('a'), other, manifest('Volume', 'vv'));
        expect(lines(state)).to.have.length(2);
        expect(lines(state).join('\n'))
          .to.contain(`lies in ${PKI}/live/a, which belongs to Certificate/a with all that it holds`)
          .and.contain(`Certificate/a spec.directory: path ${PKI}/live/a holds ${PKI}/live/a/`);
        expect(keys(state)).to.deep.equal(['CertificateAuthority/ca', 'Volume/vv']);
      });
  });

  describe('own-keys-only', () => {
    it("refuses a mount of an authority's key, of its directory and of what holds that", async () => {
      for (const source of [`${PKI}/private/ca.key`, `${PKI}/private`, PKI, '/etc/pki']) {
        const text = await found(AUTHORITY, certificate('a', 'consumers: [{container: web}]'), mounting(source));
        expect(text).to.match(
          new RegExp(
            `^a\\.yaml:\\d+:\\d+ Container/web spec\\.volumes: ${source} holds the private key of CertificateAuthority/ca, .*mount ${PKI}/live/a instead \\(policy own-keys-only\\)$`,
            'm',
          ),
        );
      }
    });

    it('refuses a mount of the keys of two certificates, and takes a mount each', async () => {
      const certificates = [AUTHORITY, certificate('a'), certificate('b')];
      expect(await found(...certificates, mounting(`${PKI}/live`))).to.contain(
        `${PKI}/live holds the private keys of Certificate/a, Certificate/b: mount the directory of the container's own`,
      );
      expect(await found(...certificates, mounting(`${PKI}/live/a`, `${PKI}/live/b`))).to.equal('');
    });

    it('takes a parent of one certificate only, and the directory of the bundles', async () =>
      expect(
        await found(AUTHORITY, certificate('a', 'directory: /opt/web/tls'), mounting('/opt/web', `${PKI}/certs`)),
      ).to.equal(''));

    it('is not evaded by a volume', async () => {
      const volume = manifest('Volume', 'vv', `{driver_opts: {type: none, o: bind, device: ${PKI}/private}}`);
      expect(await found(AUTHORITY, volume)).to.contain(
        `Volume/vv spec.driver_opts.device: ${PKI}/private holds the private key of CertificateAuthority/ca`,
      );
    });

    it('is not evaded by a symlink', async () => {
      const base = join(directory(), 'host');
      mkdirSync(join(base, 'pki/private'), { recursive: true });
      symlinkSync(join(base, 'pki'), join(base, 'innocent'));
      const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${base}"], pkiDirectory: "${base}/pki"}`);
      expect(await found(bastion, AUTHORITY, mounting(`${base}/innocent/private`))).to.contain('own-keys-only');
    });

    it('does not touch a mount whose file system does not answer', async () => {
      const base = join(directory(), 'host');
      mkdirSync(join(base, 'pki/private'), { recursive: true });
      symlinkSync(join(base, 'pki'), join(base, 'nas'));
      const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${base}"], pkiDirectory: "${base}/pki"}`);
      writeFiles(join(directory(), 'desired'), {
        'a.yaml': [bastion, AUTHORITY, mounting(`${base}/nas/private`)].join('---\n'),
      });
      const silenceAt = (path: string) => (path.startsWith(`${base}/nas`) ? 'it does not answer' : undefined);
      // Seen, it would be known to be the authority's key.
      expect(lines(await load(join(directory(), 'desired'), { silenceAt }))).to.deep.equal([]);
    });

    it('is not evaded by an image that is built from it', async () => {
      const base = join(directory(), 'host');
      mkdirSync(join(base, 'app'), { recursive: true });
      const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${base}"], pkiDirectory: "${base}/pki"}`);
      const image = manifest('Image', 'app', `{reference: "app:1", build: {context: "${base}/app"}}`);
      for (const keeper of [
        manifest('CertificateAuthority', 'cb', `{key: ${base}/app/key}`),
        certificate('a', `directory: ${base}/app/tls`),
        certificate('a', `directory: ${base}/app`),
        manifest('Secret', 's', `{path: ${base}/app/secret}`),
      ])
        expect(await found(bastion, AUTHORITY, keeper, image), keeper)
          .to.contain('Image/app spec.build.context: ')
          .and.contain('keeps secret, which would become part of the image')
          .and.contain('(policy own-keys-only)');
      expect(await found(bastion, AUTHORITY, image)).to.equal('');
    });

    it('leaves the whole host to the rule about that', async () => {
      const annotations =
        ', annotations: {bastion.lab/allow: allowed-roots, bastion.lab/allow-reason: node_exporter reads the host}';
      for (const [source, root] of [
        ['/', ''],
        ['/', '/scratch'],
        ['/etc', '/scratch'],
      ] as const) {
        writeFiles(join(directory(), 'desired'), {
          'a.yaml': [
            AUTHORITY,
            manifest(
              'Container',
              'node',
              `{image: "a:1", mem_limit: 6m, volumes: ["${source}:/host:ro"]}`,
              annotations,
            ),
          ].join('---\n'),
        });
        const state = await load(join(directory(), 'desired'), { waivable: ['allowed-roots'], root });
        // That such a one runs as root is a warning (warnings.spec.ts), and nothing is held back for it.
        const refused = lines(state).filter((line) => !line.includes(' warning: '));
        expect(refused, `${root}${source}`).to.deep.equal([]);
      }
    });
  });

  describe('stale-mount', () => {
    for (const file of [
      'live/a/tls.crt',
      'live/a/tls.key',
      'live/a/ca.crt',
      'live/a/..data',
      'certs/a.crt',
      'private/a.key',
    ])
      it(`refuses a mount of ${file}, and says to mount the directory`, async () =>
        expect(await found(AUTHORITY, certificate('a'), mounting(`${PKI}/${file}`)))
          .to.contain(`Container/web spec.volumes: ${PKI}/${file} is a symlink into the live version of Certificate/a`)
          .and.contain(`mount the directory ${PKI}/live/a (policy stale-mount)`));

    it('refuses a mount of a bundle, not of the certificate that is never replaced', async () => {
      expect(await found(AUTHORITY, mounting(`${PKI}/certs/ca-bundle.crt`))).to.contain(
        `mount the directory that holds it, ${PKI}/certs (policy stale-mount)`,
      );
      expect(await found(AUTHORITY, mounting(`${PKI}/certs/ca.crt`))).to.equal('');
    });
  });

  it('keep the places of the operator and its human free', async () => {
    const reserved = join(directory(), 'gates');
    const bastion = manifest(
      'Bastion',
      'home',
      `{allowedRoots: ["${directory()}"], pkiDirectory: "${directory()}/pki"}`,
    );
    for (const document of [
      manifest('Secret', 's', `{path: ${reserved}/x.ok}`),
      manifest('CertificateAuthority', 'cb', `{bundle: ${reserved}/x.ok}`),
      certificate('a', `signed: ${reserved}/x.ok`),
      certificate('a', `directory: ${directory()}`),
    ]) {
      writeFiles(join(directory(), 'desired'), { 'a.yaml': [bastion, AUTHORITY, document].join('---\n') });
      const state = await load(join(directory(), 'desired'), { reserved: [reserved] });
      expect(lines(state).join('\n'), document).to.contain(
        'must not be written by a manifest (policy reserved-places)',
      );
    }
  });

  it('say once, where the Bastion names it, that their default places may not be there', async () => {
    for (const [spec, problem] of [
      ['{pkiDirectory: /export/pki}', '/export/pki lies outside the allowed roots'],
      ['{pkiDirectory: /root/pki}', '/root/pki '],
      ['{allowedRoots: [/srv]}', '/etc/pki/homelab lies outside the allowed roots'],
    ] as const) {
      const text = await found(manifest('Bastion', 'b', spec), AUTHORITY, manifest('CertificateAuthority', 'other'));
      expect(text, spec).to.match(/^[^\n]*$/);
      expect(text).to.contain(`Bastion/b spec.pkiDirectory: ${problem}`);
      expect(text).to.contain('(policy allowed-roots)').and.not.contain('annotation');
    }
  });

  it('do not ask for a place that nothing uses', async () => {
    const places = '{certificate: /srv/ca.crt, key: /srv/ca.key, bundle: /srv/ca-bundle.crt}';
    const bastion = manifest('Bastion', 'b', '{allowedRoots: [/srv]}');
    expect(await found(bastion, manifest('CertificateAuthority', 'ca', places))).to.equal('');
  });
});
