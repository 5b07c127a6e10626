import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

const DAY = 86_400_000;
const AUTHORITY = manifest('CertificateAuthority', 'lab-ca');
const certificate = (spec: string, name = 'web'): string => manifest('Certificate', name, `{issuer: lab-ca, ${spec}}`);
const NAMED = 'dnsNames: [web.lab]';

describe('authorities, certificates and secrets', () => {
  const directory = temporaryDirectory('certificates');
  const loadText = (text: string, root = '') => {
    writeFiles(directory(), { 'a.yaml': text });
    return load(directory(), { root });
  };
  const withAuthority = (...documents: string[]) => loadText([AUTHORITY, ...documents].join('---\n'));

  it('need little to be said', async () => {
    const state = await withAuthority(
      certificate('dnsNames: [Web.lab, "*.apps.lab", db.lab], ipAddresses: ["fd00:0:0::0:1", 10.0.0.7]'),
      manifest('Secret', 'admin', '{path: /opt/secrets/admin, generate: {}}'),
    );
    expect(lines(state)).to.deep.equal([]);
    expect(specOf(state, 'CertificateAuthority', 'lab-ca')).to.deep.equal({
      certificate: '/etc/pki/homelab/certs/lab-ca.crt',
      key: '/etc/pki/homelab/private/lab-ca.key',
      bundle: '/etc/pki/homelab/certs/lab-ca-bundle.crt',
      create: false,
      commonName: 'lab-ca',
      duration: 3650 * DAY,
      consumers: [],
    });
    expect(specOf(state, 'Certificate', 'web')).to.deep.equal({
      issuer: 'lab-ca',
      directory: '/etc/pki/homelab/live/web',
      certificate: '/etc/pki/homelab/certs/web.crt',
      key: '/etc/pki/homelab/private/web.key',
      request: '/etc/pki/homelab/certs/web.csr',
      signed: '/etc/pki/homelab/certs/web.signed.crt',
      commonName: 'web',
      dnsNames: ['*.apps.lab', 'db.lab', 'web.lab'],
      ipAddresses: ['10.0.0.7', 'fd00::1'],
      usages: ['clientAuth', 'serverAuth'],
      duration: 90 * DAY,
      renewBefore: 30 * DAY,
      keyAlgorithm: 'ecdsa-p256',
      mode: 0o400,
      consumers: [],
      adopt: false,
    });
    const { generate, ...secret } = specOf(state, 'Secret', 'admin');
    expect(secret).to.deep.equal({ path: '/opt/secrets/admin', mode: 0o400 });
    expect(generate).to.include({ length: 32 });
    expect(generate?.alphabet).to.match(/^[A-Za-z0-9]{62}$/);
  });

  it('have their places where the Bastion and they themselves say, below --root', async () => {
    const text = [
      manifest('Bastion', 'b', '{pkiDirectory: /opt/pki/}'),
      AUTHORITY,
      certificate(`${NAMED}, directory: /srv/web/tls/, key: /srv/keys/web.key`),
      manifest('Secret', 's', '{path: /opt/s}'),
    ].join('---\n');
    const state = await loadText(text, '/scratch');
    expect(lines(state)).to.deep.equal([]);
    expect(state.bastion.pkiDirectory).to.equal('/opt/pki');
    expect(specOf(state, 'CertificateAuthority', 'lab-ca')).to.include({
      certificate: '/scratch/opt/pki/certs/lab-ca.crt',
      key: '/scratch/opt/pki/private/lab-ca.key',
      bundle: '/scratch/opt/pki/certs/lab-ca-bundle.crt',
    });
    expect(specOf(state, 'Certificate', 'web')).to.include({
      directory: '/scratch/srv/web/tls',
      certificate: '/scratch/opt/pki/certs/web.crt',
      key: '/scratch/srv/keys/web.key',
      request: '/scratch/opt/pki/certs/web.csr',
      signed: '/scratch/opt/pki/certs/web.signed.crt',
    });
    expect(specOf(state, 'Secret', 's').path).to.equal('/scratch/opt/s');
  });

  it('know their consumers, how they are told, and where to see what they serve', async () => {
    const consumers = [
      '{container: web, signal: hup, served: {port: 443}}',
      '{container: web, served: {port: 8443, serverName: A.apps.lab, within: 1m}}',
      '{container: db, restart: true}',
      '{container: api, http: {port: 80, path: /reload}}',
      '{served: {address: 192.168.1.77, port: 853, serverName: "fd00:0::1"}}',
    ].join(', ');
    const state = await withAuthority(
      certificate(`dnsNames: ["*.apps.lab", z.lab, b.lab], ipAddresses: ["fd00::1"], consumers: [${consumers}]`),
      ...['web', 'db', 'api'].map((name) => container(name)),
    );
    expect(lines(state)).to.deep.equal([]);
    expect(specOf(state, 'Certificate', 'web').consumers).to.deep.equal([
      {
        container: 'web',
        action: { type: 'signal', signal: 'SIGHUP' },
        served: { port: 443, serverName: 'z.lab', within: 30_000 },
      },
      {
        container: 'web',
        action: { type: 'none' },
        served: { port: 8443, serverName: 'a.apps.lab', within: 60_000 },
      },
      { container: 'db', action: { type: 'restart' } },
      { container: 'api', action: { type: 'http', method: 'POST', port: 80, path: '/reload' } },
      {
        action: { type: 'none' },
        served: { address: '192.168.1.77', port: 853, serverName: 'fd00::1', within: 30_000 },
      },
    ]);
  });

  it('may be a client without a name', async () =>
    expect(lines(await withAuthority(certificate('usages: [clientAuth]')))).to.deep.equal([]));

  const REFUSED: [what: string, spec: string, found: string][] = [
    ['a server without a name', 'adopt: false', 'spec: has no name that a client could check'],
    ['no usage', `${NAMED}, usages: []`, 'spec.usages: must have at least 1 item'],
    ['an unknown usage', `${NAMED}, usages: [codeSigning]`, 'spec.usages[0]: must be one of serverAuth, clientAuth'],
    ['a usage twice', `${NAMED}, usages: [clientAuth, clientAuth]`, 'spec.usages[1]: clientAuth is listed twice'],
    ['an unknown key', `${NAMED}, keyAlgorithm: dsa`, 'spec.keyAlgorithm: must be one of ecdsa-p256'],
    ...['a b', 'a_b.lab', '-a.lab', 'a-.lab', 'a..b', '.a', `${'a'.repeat(64)}.lab`, 'http://a.lab', 'lab.1'].map(
      (name): [string, string, string] => [
        `the name ${name}`,
        `dnsNames: ["${name}"]`,
        'spec.dnsNames[0]: is not a DNS name',
      ],
    ),
    ['an empty name', 'dnsNames: [""]', 'spec.dnsNames[0]: is not a DNS name'],
    ['a name with a final dot', 'dnsNames: [a.lab.]', 'spec.dnsNames[0]: ends with a dot'],
    ['a name that is not ASCII', 'dnsNames: [bücher.lab]', 'begins with xn--'],
    ...['a*.lab', '*', 'a.*.lab', '*.*.lab', '**.lab'].map((name): [string, string, string] => [
      `the wildcard ${name}`,
      `dnsNames: ["${name}"]`,
      name === '*.*.lab' ? 'is not a DNS name' : 'only as its whole first label',
    ]),
    ['an address as a name', 'dnsNames: [10.0.0.1]', 'spec.dnsNames[0]: is an address: put it into ipAddresses'],
    ['a name twice', 'dnsNames: [a.lab, b.lab, A.lab]', 'spec.dnsNames[2]: a.lab is listed twice'],
    ...['10.0.0', '10.0.0.01', '300.1.1.1', 'a.lab', ':::1'].map((address): [string, string, string] => [
      `the address ${address}`,
      `ipAddresses: ["${address}"]`,
      'spec.ipAddresses[0]: is not an IPv4 or IPv6 address',
    ]),
    ['a network', 'ipAddresses: [10.0.0.0/24]', 'spec.ipAddresses[0]: is a network'],
    ['a zone', 'ipAddresses: ["fe80::1%eth0"]', 'spec.ipAddresses[0]: has a zone'],
    ['IPv4 in IPv6', 'ipAddresses: ["::ffff:10.0.0.1"]', 'spec.ipAddresses[0]: is an IPv4 address in IPv6 form'],
    ['an address twice', 'ipAddresses: ["fd00::1", "FD00:0::1"]', 'spec.ipAddresses[1]: fd00::1 is listed twice'],
    ['renewal all the time', `${NAMED}, duration: 30d`, 'spec.renewBefore: must be shorter than duration'],
    ['too short a life', `${NAMED}, duration: 59m, renewBefore: 1m`, 'spec.duration: is shorter than 1h'],
    ['too long a life', `${NAMED}, duration: 40000d`, 'spec.duration: is longer than 36500 days'],
    ['a long common name', `${NAMED}, commonName: ${'a'.repeat(65)}`, 'spec.commonName: has more than 64 characters'],
    ['a common name with a control character', `${NAMED}, commonName: "a\\nb"`, 'spec.commonName: must be text'],
    ['a key that others read', `${NAMED}, mode: 0444`, 'spec.mode: lets every user of the host at the key'],
    ['special bits', `${NAMED}, mode: "4400"`, 'spec.mode: sets special bits'],
    ['one place for two things', `${NAMED}, key: /opt/k, certificate: /opt//k`, 'spec.key: is the same path as certi'],
    ['a place inside', `${NAMED}, directory: /opt/d, key: /opt/d/tls.key`, 'spec.key: lies in /opt/d, whose content'],
    ['a directory as a file', `${NAMED}, key: /opt/d/`, 'spec.key: names a directory'],
    ['a relative place', `${NAMED}, directory: live`, 'spec.directory: is not written as it must be'],
    ['a place outside the roots', `${NAMED}, key: /export/k`, 'spec.key: /export/k lies outside the allowed roots'],
    ['a place in /root', `${NAMED}, directory: /root/d`, 'spec.directory: /root/d gives control over the host'],
    ['two actions', `${NAMED}, consumers: [{container: web, restart: true, signal: HUP}]`, 'has signal and restart'],
    ['nobody', `${NAMED}, consumers: [{served: {port: 443}}]`, 'spec.consumers[0]: names nobody'],
    ['an action on nobody', `${NAMED}, consumers: [{signal: HUP, served: {address: a, port: 4}}]`, 'tells a container'],
    ['no signal', `${NAMED}, consumers: [{container: web, signal: NO}]`, 'spec.consumers[0].signal: is not a signal'],
    [
      'another server name',
      `${NAMED}, consumers: [{container: web, served: {port: 443, serverName: db.lab}}]`,
      'spec.consumers[0].served.serverName: is not among the names of the certificate (web.lab)',
    ],
    [
      'a server name two labels below a wildcard',
      'dnsNames: ["*.lab"], consumers: [{container: web, served: {port: 443, serverName: a.b.lab}}]',
      'is not among the names',
    ],
    [
      'a wildcard to ask for',
      'dnsNames: ["*.lab"], consumers: [{container: web, served: {port: 443, serverName: "*.lab"}}]',
      'cannot have a *',
    ],
    [
      'wildcards only, and no name to ask for',
      'dnsNames: ["*.lab"], consumers: [{container: web, served: {port: 443}}]',
      'say which name to ask for',
    ],
    [
      'a URL to dial',
      `${NAMED}, consumers: [{served: {port: 443, address: "https://web"}}]`,
      'spec.consumers[0].served.address: is a name or an address only',
    ],
    [
      'one consumer twice',
      `${NAMED}, consumers: [{container: web}, {container: web, signal: HUP}]`,
      'spec.consumers[1]: names the same consumer',
    ],
    ['an undeclared consumer', `${NAMED}, consumers: [{container: wbe}]`, 'names Container/wbe, which is not declared'],
  ];
  for (const [what, spec, found] of REFUSED)
    it(`refuse ${what}`, async () => {
      const state = await withAuthority(certificate(spec), container('web'));
      expect(lines(state).join('\n')).to.contain(found);
      expect(lines(state)[0]).to.match(/^a\.yaml:\d+:\d+ Certificate\/web /);
      expect(keys(state)).to.not.contain('Certificate/web');
    });

  for (const [consumer, found] of [
    ['container: web, served: {port: 443}', 'spec.consumers[0].served: served is for consumers of a Certificate: only'],
    ['served: {address: 10.0.0.1, port: 443}', 'spec.consumers[0].served: served is for consumers of a Certificate'],
    ['signal: HUP', 'spec.consumers[0].container'],
  ] as const)
    it(`refuse a consumer of an authority that is {${consumer}}`, async () => {
      const authority = manifest('CertificateAuthority', 'lab-ca', `{consumers: [{${consumer}}]}`);
      const state = await loadText([authority, container('web')].join('---\n'));
      expect(lines(state).join('\n')).to.contain(found);
      expect(lines(state)[0]).to.match(/^a\.yaml:\d+:\d+ CertificateAuthority\/lab-ca /);
      expect(keys(state)).to.not.contain('CertificateAuthority/lab-ca');
    });

  it('refuse a resource name that is too long for a subject', async () =>
    expect(lines(await withAuthority(certificate(NAMED, 'w'.repeat(65)))).join()).to.contain(
      'has more than 64 characters (it is the name of the resource): set a shorter one',
    ));

  it('warn of a life that clients do not accept, and take it', async () => {
    const state = await withAuthority(certificate(`${NAMED}, duration: 826d`));
    expect(lines(state)).to.have.length(1);
    expect(lines(state)[0]).to.contain('spec.duration: warning: is longer than 825 days');
    expect(state.complete).to.equal(true);
    expect(specOf(state, 'Certificate', 'web').duration).to.equal(826 * DAY);
  });

  it('name an authority that is declared', async () => {
    const state = await loadText(certificate(NAMED));
    expect(lines(state)).to.deep.equal([
      'a.yaml:4:8 Certificate/web spec.issuer: names CertificateAuthority/lab-ca, which is not declared: add a document of kind CertificateAuthority named lab-ca (reference)',
    ]);
  });

  for (const [spec, found] of [
    ['{path: /opt/s, mode: 0604}', 'spec.mode: lets every user of the host at the secret'],
    ['{path: /opt/s/}', 'spec.path: names a directory'],
    ['{path: /export/s}', 'spec.path: /export/s lies outside the allowed roots'],
    ['{path: /opt/s, generate: {length: 7}}', 'spec.generate.length: must be at least 8'],
    ['{path: /opt/s, generate: {length: 4097}}', 'spec.generate.length: must be at most 4096'],
    ['{path: /opt/s, generate: {alphabet: a}}', 'spec.generate.alphabet: needs at least two characters'],
    ['{path: /opt/s, generate: {alphabet: aab}}', 'spec.generate.alphabet: holds a character twice'],
    ['{path: /opt/s, generate: {alphabet: "a b"}}', 'spec.generate.alphabet: may hold printable ASCII'],
    ['{path: /opt/s, generate: {alphabet: aé}}', 'spec.generate.alphabet: may hold printable ASCII'],
  ] as const)
    it(`refuse the Secret ${spec}`, async () =>
      expect(lines(await loadText(manifest('Secret', 's', spec))).join('\n')).to.contain(found));

  it('warn of a secret that can be guessed', async () => {
    const state = await loadText(manifest('Secret', 's', '{path: /opt/s, generate: {length: 8, alphabet: "01"}}'));
    expect(lines(state).join()).to.contain('spec.generate: warning: can be guessed: 8 bits');
    expect(state.complete).to.equal(true);
  });

  for (const field of ['content: hunter22', 'value: hunter22', 'stringData: {a: hunter22}'])
    it(`refuse a Secret with ${field.split(':')[0]}, say why, and do not repeat it`, async () => {
      const found = lines(await loadText(manifest('Secret', 's', `{path: /opt/s, ${field}}`))).join('\n');
      expect(found)
        .to.contain('is no field of a Secret on purpose: manifests live in git')
        .and.contain('let generate make it')
        .and.contain('(policy no-secrets-in-manifest)');
      expect(found).to.not.contain('hunter22');
    });

  describe('as the one that the operator shows', () => {
    const bastion = manifest('Bastion', 'b', '{clientCertificate: ops}');
    const client = certificate('usages: [clientAuth]', 'ops');

    it('is declared and a client', async () => {
      const state = await loadText([bastion, AUTHORITY, client].join('---\n'));
      expect(lines(state)).to.deep.equal([]);
      expect(state.bastion.clientCertificate).to.equal('ops');
    });

    it('is none when it is not declared', async () => {
      const state = await loadText([bastion, AUTHORITY].join('---\n'));
      expect(lines(state)).to.deep.equal([
        'a.yaml:4:8 Bastion/b spec.clientCertificate: names Certificate/ops, which is not declared: add a document of kind Certificate named ops (reference)',
      ]);
      expect(state.complete).to.equal(false);
      expect(state.bastion).to.not.have.property('clientCertificate');
    });

    for (const [what, authority, document] of [
      ['is broken', AUTHORITY, client.replace('clientAuth', 'nonsense')],
      [
        'needs an authority that is broken',
        manifest('CertificateAuthority', 'lab-ca', '{key: /home/x/ca.key}'),
        client,
      ],
    ] as const)
      it(`is declared all the same when it ${what}`, async () => {
        const found = lines(await loadText([bastion, authority, document].join('---\n')));
        expect(found[0]).to.equal(
          'a.yaml:4:8 Bastion/b spec.clientCertificate: needs Certificate/ops, which is broken and has no last good version (dependency)',
        );
        expect(found.join()).to.not.contain('not declared');
      });

    it('is none when it is no client', async () => {
      const server = certificate('dnsNames: [ops.lab], usages: [serverAuth]', 'ops');
      const state = await loadText([bastion, AUTHORITY, server].join('---\n'));
      expect(lines(state).join()).to.contain('names Certificate/ops, which is no client');
      expect(state.bastion).to.not.have.property('clientCertificate');
    });

    it('stays what it was while another is named that is not there', async () => {
      const previous = await loadText([bastion, AUTHORITY, client].join('---\n'));
      const other = bastion.replace('ops', 'opps');
      writeFileSync(join(directory(), 'a.yaml'), [other, AUTHORITY, client].join('---\n'));
      const state = await load(directory(), { previous });
      expect(state.bastion.clientCertificate).to.equal('ops');
      expect(state.complete).to.equal(false);
    });

    it('is the last good one while its document is broken', async () => {
      const previous = await loadText([bastion, AUTHORITY, client].join('---\n'));
      const broken = client.replace('clientAuth', 'codeSigning');
      writeFileSync(join(directory(), 'a.yaml'), [bastion, AUTHORITY, broken].join('---\n'));
      const state = await load(directory(), { previous });
      expect(state.bastion.clientCertificate).to.equal('ops');
      expect(lines(state).join()).to.not.contain('clientCertificate');
    });
  });

  it('have no default places in the root of the host', async () =>
    expect(
      (await loadText([manifest('Bastion', 'b', '{pkiDirectory: /}'), AUTHORITY].join('---\n'))).findings[0]?.message,
    ).to.contain('would put keys beside everything else'));
});
