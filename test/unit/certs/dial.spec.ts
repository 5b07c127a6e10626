import type { SecureVersion, TlsOptions } from 'node:tls';
import { expect } from 'chai';
import { createDial } from '../../../src/certs/create-dial.ts';
import type { DialRequest } from '../../../src/certs/dial.ts';
import { parseCertificates } from '../../../src/certs/facts.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import type { ObservedServed } from '../../../src/model/observed-certificates.ts';
import { eventually } from '../../support/eventually.ts';
import { type Authority, DAY, newAuthority, newPair, type Pair } from './material.ts';
import { closedPort, type RunningServer, startBefore, startPlain, startTls } from './tls-server.ts';

const AT = 1234;

describe('dialling a service', () => {
  const real = Date.now();
  const running: RunningServer[] = [];
  let root: Authority;
  let other: Authority;
  let right: Pair;

  const pair = (changes: Partial<CertificateSpec> = {}, authority = root, now = real): Promise<Pair> =>
    newPair(authority, changes, now);
  const identity = ({ certificate, key }: Pair): NonNullable<DialRequest['identity']> => ({ certificate, key });
  const keep = (server: RunningServer): RunningServer => {
    running.push(server);
    return server;
  };
  const serve = async ({ certificate, key }: Pair, options: TlsOptions = {}): Promise<RunningServer> =>
    keep(await startTls({ cert: certificate, key, ...options }));
  const dial = (port: number, changes: Partial<DialRequest> = {}): Promise<ObservedServed> =>
    createDial(() => AT)({
      host: '127.0.0.1',
      port,
      serverName: 'svc.lab',
      trust: [root.certificate.toString()],
      deadline: 3000,
      ...changes,
    });
  const served = ({ certificate }: Pair, failure?: string): ObservedServed => {
    const [leaf] = parseCertificates(certificate);
    if (leaf === undefined) throw new Error('nothing parsed');
    const { serial, fingerprint, notBefore, notAfter } = leaf;
    const facts = { at: AT, state: 'served', serial, fingerprint, notBefore, notAfter } as const;
    return failure === undefined ? facts : { ...facts, failure };
  };

  before(async () => {
    root = await newAuthority({ notBefore: real - 100 * DAY });
    other = await newAuthority({ notBefore: real - 100 * DAY });
    right = await pair();
  });
  afterEach(async () => {
    for (const server of running) await eventually(() => expect(server.open(), 'open connections').to.equal(0));
    await Promise.all(running.splice(0).map((server) => server.stop()));
  });

  it('finds a right certificate, by name and by address', async () => {
    const { port } = await serve(right);
    expect(await dial(port)).to.deep.equal(served(right));
    expect(await dial(port, { serverName: '127.0.0.1' })).to.deep.equal(served(right));
    expect(await dial(port, { host: 'localhost' })).to.deep.equal(served(right));
  });

  it('does not count a healthy peer as failed that is slow', async () => {
    const { port } = await serve(right);
    const slow = keep(await startBefore(port, 400));
    expect(await dial(slow.port, { deadline: 1000 })).to.deep.equal(served(right));
  });

  it('asks for the name, but not for an address', async () => {
    const asked: (string | false)[] = [];
    const SNICallback: TlsOptions['SNICallback'] = (name, done) => {
      asked.push(name);
      done(null);
    };
    const { port } = await serve(right, { SNICallback });
    await dial(port);
    await dial(port, { serverName: '127.0.0.1' });
    expect(asked).to.deep.equal(['svc.lab']);
  });

  it('trusts what either of two authorities signed', async () => {
    const { port } = await serve(right);
    const trust = [other.certificate.toString(), root.certificate.toString()];
    expect(await dial(port, { trust })).to.deep.equal(served(right));
  });

  it('tells which certificate it does not trust', async () => {
    const { port } = await serve(right);
    const failure = 'signed by nobody we trust';
    expect(await dial(port, { trust: [other.certificate.toString()] })).to.deep.equal(served(right, failure));
    expect(await dial(port, { trust: [] })).to.deep.equal(served(right, failure));
  });

  it('tells an expired one, and one that is not valid yet', async () => {
    const old = await pair({ duration: DAY }, root, real - 50 * DAY);
    const until = new Date(Math.floor((real - 49 * DAY) / 1000) * 1000).toISOString();
    const found = await createDial(() => real)({
      host: '127.0.0.1',
      port: (await serve(old)).port,
      serverName: 'svc.lab',
      trust: [root.certificate.toString()],
      deadline: 3000,
    });
    expect(found).to.deep.include({ state: 'served', failure: `expired on ${until}` });
    const early = await pair({}, root, real + DAY);
    const tomorrow = await dial((await serve(early)).port);
    expect(tomorrow).to.have.property('failure').that.contains('not valid before');
  });

  it('tells a wrong name, and what is there instead', async () => {
    const { port } = await serve(right);
    const held = 'it holds svc.lab, 127.0.0.1';
    for (const serverName of ['other.lab', '127.0.0.2', 'svc']) {
      const failure = `does not hold the name ${serverName}; ${held}`;
      expect(await dial(port, { serverName })).to.deep.equal(served(right, failure));
    }
  });

  it('does not take a common name for a name', async () => {
    const bare = await pair({ commonName: 'svc.lab', dnsNames: [], ipAddresses: [] });
    const found = await dial((await serve(bare)).port);
    expect(found).to.deep.equal(served(bare, 'does not hold the name svc.lab; it holds none'));
  });

  it('tells a certificate that is not for servers', async () => {
    const client = await pair({ usages: ['clientAuth'] });
    const found = await dial((await serve(client)).port);
    expect(found).to.deep.equal(served(client, 'not meant for servers (its usages lack serverAuth)'));
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] satisfies SecureVersion[]) {
    describe(`that wants a client certificate, with ${version}`, () => {
      const demanding = (): Promise<RunningServer> =>
        serve(right, { ca: root.certificate, requestCert: true, rejectUnauthorized: true, maxVersion: version });

      it('shows its own and takes ours', async () => {
        const { port } = await demanding();
        expect(await dial(port, { identity: identity(await pair()) })).to.deep.equal(served(right));
      });

      it('shows its own and wants ours', async () => {
        const found = await dial((await demanding()).port);
        expect(found).to.deep.equal(served(right, 'wants a client certificate, and none was given'));
      });

      const refused = {
        'is for servers only': () => pair({ usages: ['serverAuth'] }),
        'comes from another authority': () => pair({}, other),
        'has expired': () => pair({ duration: DAY }, root, real - 50 * DAY),
      };
      for (const [what, make] of Object.entries(refused)) {
        it(`shows its own and refuses ours, which ${what}`, async () => {
          const found = await dial((await demanding()).port, { identity: identity(await make()) });
          expect(found).to.deep.include(served(right));
          expect(found)
            .to.have.property('failure')
            .that.matches(/^refused our client certificate: /);
        });
      }
    });
  }

  it('tells who does not answer, within the deadline', async () => {
    const { port } = keep(await startPlain(() => undefined));
    const began = performance.now();
    expect(await dial(port, { deadline: 200 })).to.deep.equal({
      at: AT,
      state: 'unreachable',
      error: 'did not answer within 200 ms',
    });
    expect(performance.now() - began).to.be.at.least(190);
  });

  it('tells who does not speak TLS', async () => {
    const http = keep(
      await startPlain((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
    );
    const plain = await dial(http.port);
    expect(plain).to.deep.equal({ at: AT, state: 'unreachable', error: 'it answers, but does not speak TLS' });
    const mute = keep(await startPlain((socket) => socket.end()));
    expect(await dial(mute.port))
      .to.have.property('error')
      .that.contains('closed the connection before it showed');
  });

  it('tells where nobody listens, and names that nobody knows', async () => {
    const port = await closedPort();
    expect(await dial(port)).to.deep.equal({ at: AT, state: 'unreachable', error: 'nothing listens there' });
    expect(await dial(port, { host: 'no-such-host.invalid' })).to.have.property('state', 'unreachable');
  });

  it('does not reject, and quotes nothing, when what it was given is damaged', async () => {
    const { port } = await serve(right);
    const planted = 'planted-secret';
    const cases: Partial<DialRequest>[] = [
      { identity: { certificate: right.certificate, key: Buffer.from(planted) } },
      { identity: { certificate: Buffer.from(planted), key: right.key } },
      { identity: { certificate: right.certificate, key: root.key } },
      { port: 70_000 },
    ];
    for (const changes of cases) {
      const found = await dial(port, changes);
      expect(found.state).to.equal('unreachable');
      expect(JSON.stringify(found)).to.not.contain(planted);
    }
  });
});
