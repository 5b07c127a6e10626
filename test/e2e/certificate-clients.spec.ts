import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun, runCommand } from '../../scripts/support/run-command.ts';
import { MutualTls, OFTEN, scrapeJob } from '../support/mutual-tls.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { requireProgram } from '../support/require-program.ts';
import { authorityOf, makeAuthority, type TestAuthority } from '../support/test-authority.ts';
import { readVersion, tlsCall, type TlsIdentity } from '../support/tls-call.ts';
import { TlsService } from '../support/tls-service.ts';

/** What the operator issues here: by each kind of authority, with each kind of key. */
const ISSUED = {
  operator: {},
  prom: {},
  node: {},
  strong: { keyAlgorithm: 'ecdsa-p384', ipAddresses: ['192.0.2.7', '2001:db8::7'] },
  heavy: { keyAlgorithm: 'rsa-2048', dnsNames: ['heavy.lab', '*.heavy.lab'] },
  foreign: { issuer: 'homelab', ipAddresses: ['127.0.0.1'] },
} as const;
type Issued = keyof typeof ISSUED;
const NAMES = Object.keys(ISSUED) as Issued[];

/** How a refusal looks to who is refused. */
const REFUSED = /alert|ECONNRESET|EPIPE|hang up|certificate/i;

describe('certificates that were issued, and the TLS of others', function () {
  this.timeout(180_000);
  let tls: MutualTls;
  let operator: Operator;
  let root: TestAuthority;
  let other: TestAuthority;
  const services: TlsService[] = [];

  before(async function () {
    await requireProgram(this, 'openssl');
    tls = await MutualTls.open(this, 'clients', ['prometheus', 'node-exporter']);
    const { place } = tls;
    // A root as other automation makes it: RSA, and a key in PKCS#1.
    const pair = ['-keyout', join(place.directory, 'homelab.pem'), '-out', join(place.directory, 'homelab.crt')];
    await mustRun([
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '400',
      '-subj',
      '/O=Home/CN=Home Lab',
      '-addext',
      'keyUsage=critical,keyCertSign',
      ...pair,
    ]);
    const traditional = join(place.directory, 'homelab.key');
    await mustRun(['openssl', 'rsa', '-traditional', '-in', join(place.directory, 'homelab.pem'), '-out', traditional]);
    place.desired.write(
      '10-certificates.yaml',
      tls.authority(),
      {
        kind: 'CertificateAuthority',
        metadata: { name: 'homelab' },
        spec: { certificate: join(place.directory, 'homelab.crt'), key: traditional },
      },
      ...NAMES.map((name) => tls.certificate(name, ISSUED[name])),
    );
    place.desired.write('20-network.yaml', tls.network());
    operator = place.start({ flags: OFTEN });
    await operator.result('converged');
    root = authorityOf(tls.root().certificate, tls.root().key);
    other = await makeAuthority('root');
  });

  after(async () => {
    await Promise.all(services.map((service) => service.close()));
    await tls?.place.close();
  });

  const file = (name: Issued, which: string): string => join(tls.directory(name), which);
  const openssl = (...words: string[]): Promise<string> => mustRun(['openssl', ...words]);

  describe('openssl', () => {
    for (const name of NAMES)
      it(`verifies ${name}, as a server and as a client`, async () => {
        for (const purpose of ['sslserver', 'sslclient']) {
          const chain = ['-CAfile', file(name, 'ca.crt'), file(name, 'tls.crt')];
          const hostname = ['-verify_hostname', `${name}.lab`];
          expect(await openssl('verify', '-x509_strict', '-purpose', purpose, ...hostname, ...chain)).to.match(
            /: OK\n/,
          );
        }
        expect(await openssl('pkey', '-in', file(name, 'tls.key'), '-noout', '-check')).to.match(/valid/);
      });

    it('shows the profile', async () => {
      const text = await openssl('x509', '-in', file('strong', 'tls.crt'), '-noout', '-text');
      const shown = text.replaceAll(/\s+/g, ' ');
      for (const part of [
        'Version: 3 (0x2)',
        'Signature Algorithm: ecdsa-with-SHA256',
        'Subject: CN = strong',
        'X509v3 Basic Constraints: critical CA:FALSE',
        'X509v3 Key Usage: critical Digital Signature X509v3',
        'DNS:strong.lab, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:7',
        'X509v3 Subject Key Identifier:',
        'X509v3 Authority Key Identifier:',
      ])
        expect(shown).to.contain(part);
      expect(shown).to.match(/Extended Key Usage: (TLS Web (Server|Client) Authentication(, )?){2} X509v3/);
      const ca = (await openssl('x509', '-in', file('strong', 'ca.crt'), '-noout', '-text')).replaceAll(/\s+/g, ' ');
      expect(ca).to.contain('critical CA:TRUE, pathlen:0').and.to.contain('critical Certificate Sign, CRL Sign');
      const heavy = await openssl('x509', '-in', file('heavy', 'tls.crt'), '-noout', '-text');
      expect(heavy).to.contain('Digital Signature, Key Encipherment');
    });

    it('refuses one of another authority', async () => {
      const stranger = join(tls.place.directory, 'stranger.crt');
      writeFileSync(stranger, (await other.issue('node.lab')).certificate);
      const { code, output } = await runCommand(['openssl', 'verify', '-CAfile', file('node', 'ca.crt'), stranger]);
      expect(code, output).to.not.equal(0);
    });
  });

  it('curl accepts a service that shows one, and is accepted with one; not without, nor by a wrong name', async function () {
    await requireProgram(this, 'curl');
    const service = await serve(() => readVersion(tls.directory('heavy')), '127.0.0.1');
    const curl = async (name: string, ...words: string[]): Promise<{ code: number; output: string }> => {
      const target = ['--resolve', `${name}:${service.port}:127.0.0.1`, `https://${name}:${service.port}/`];
      return runCommand(['curl', '-sS', '--noproxy', '*', '--cacert', file('heavy', 'ca.crt'), ...words, ...target]);
    };
    const own = ['--cert', file('strong', 'tls.crt'), '--key', file('strong', 'tls.key')];
    for (const name of ['heavy.lab', 'any.heavy.lab'])
      expect(await curl(name, ...own)).to.deep.include({ code: 0, output: 'service_of_the_test 1\n' });
    expect((await curl('wrong.lab', ...own)).code).to.equal(60);
    expect((await curl('heavy.lab')).code).to.not.equal(0);
    expect(service.failures.join()).to.match(/peer did not return a certificate|alert|socket/i);
  });

  /** A server of the test that is closed in the end. */
  async function serve(read: () => TlsIdentity, host: string): Promise<TlsService & { port: number }> {
    const service = new TlsService(read);
    services.push(service);
    return Object.assign(service, { port: await service.listen(host) });
  }

  describe('real Prometheus and node_exporter (Go)', () => {
    /** What targets of Prometheus show, and how it says that it refuses them. */
    const SHOWN: Record<string, { readonly make: () => Promise<TlsIdentity>; readonly error: RegExp | undefined }> = {
      good: { make: () => Promise.resolve(readVersion(tls.directory('strong'))), error: undefined },
      stranger: { make: async () => show(await other.issue('strong.lab')), error: /unknown authority/ },
      expired: { make: async () => show(await root.issue('strong.lab', { expired: true })), error: /has expired/ },
      misnamed: {
        make: async () => show(await root.issue('wrong.lab')),
        error: /valid for wrong\.lab, not strong\.lab/,
      },
      client: {
        make: async () => show(await root.issue('strong.lab', { usages: ['clientAuth'] })),
        error: /incompatible key usage/,
      },
    };
    const show = ({ certificate, key }: { certificate: string; key: string }): TlsIdentity => ({
      cert: certificate,
      key,
      ca: root.certificate,
    });

    before(async () => {
      const gateway = await tls.gateway();
      const jobs = [scrapeJob('node', 'node:9100', 'node.lab'), scrapeJob('itself', 'prom:9090', 'prom.lab')];
      for (const [name, { make }] of Object.entries(SHOWN)) {
        const material = await make();
        const { port } = await serve(() => material, gateway);
        jobs.push(scrapeJob(name, `${gateway}:${port}`, 'strong.lab'));
      }
      tls.place.desired.write('30-programs.yaml', tls.nodeExporter('node'), tls.prometheus('prom', jobs));
      await operator.until((status) => {
        expect(status.result).to.equal('converged');
        expect(status.resources.map(({ key }) => key)).to.include(`Container/${tls.place.name('prom')}`);
      }, 2 * PATIENCE);
    });

    it('Prometheus scrapes those that show a good one, and says why it refuses the others', async () => {
      const wanted = Object.entries(SHOWN).map(([name, { error }]) => [name, error === undefined ? 1 : 0] as const);
      await operator.until(async () =>
        expect(await tls.query('prom', 'up')).to.deep.equal({ node: 1, itself: 1, ...Object.fromEntries(wanted) }),
      );
      await operator.until(async () => {
        const { body } = await tls.ask('prom', 'prometheus', { path: '/api/v1/targets?state=active' });
        const { data } = JSON.parse(body) as {
          data: { activeTargets: { labels: { job: string }; lastError: string; health: string }[] };
        };
        for (const { labels, lastError, health } of data.activeTargets) {
          const error = SHOWN[labels.job]?.error;
          expect(health, labels.job).to.equal(error === undefined ? 'up' : 'down');
          if (error === undefined) expect(lastError, labels.job).to.equal('');
          else expect(lastError, labels.job).to.match(error);
        }
      });
    });

    for (const [short, program] of [
      ['prom', 'prometheus'],
      ['node', 'node-exporter'],
    ] as const) {
      it(`${program} as a server admits ours, and refuses everybody else`, async () => {
        expect(await tls.ask(short, program, { path: '/metrics' })).to.deep.include({
          status: 200,
          serial: tls.serial(short),
        });
        const strangers = {
          'another authority': await other.issue('operator.lab'),
          expired: await root.issue('operator.lab', { expired: true }),
          'a server only': await root.issue('operator.lab', { usages: ['serverAuth'] }),
        };
        for (const [title, { certificate, key }] of Object.entries(strangers))
          await refused(title, tls.ask(short, program, { identity: { cert: certificate, key } }));
        const { ca } = readVersion(tls.directory('operator'));
        const host = await tls.address(short);
        const anonymous = { host, port: program === 'prometheus' ? 9090 : 9100, serverName: `${short}.lab`, ca };
        await refused('no certificate', tlsCall(anonymous));
        const client = await root.issue('someone.lab', { usages: ['clientAuth'] });
        const admitted = await tls.ask(short, program, {
          path: '/metrics',
          identity: { cert: client.certificate, key: client.key },
        });
        expect(admitted.status, 'a client only is enough for a client').to.equal(200);
      });

      it(`Node refuses ${program} by a wrong name, and with another authority`, async () => {
        await refused('wrong name', tls.ask(short, program, { serverName: 'wrong.lab' }), /altnames/);
        await refused('authority', tls.ask(short, program, { ca: other.certificate }), /certificate|self/);
      });
    }

    async function refused(title: string, call: Promise<unknown>, reason = REFUSED): Promise<void> {
      const outcome = await call.then(
        () => 'admitted',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      expect(outcome, title).to.match(reason);
    }
  });
});
