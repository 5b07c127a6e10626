import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request, Agent } from 'node:https';
import { connect as connectPlain, createServer as createNetServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import type { StatusSource } from '../../../src/status/request-handler.ts';
import type { StatusServer } from '../../../src/status/server.ts';
import { createTlsStatusServer, type TlsServerOptions } from '../../../src/status/tls-server.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { snapshot } from '../../support/trace-events.ts';
import { makeAuthority, type TestAuthority, type TestPair } from '../../support/test-authority.ts';

const SOURCE: StatusSource = {
  snapshot: () => snapshot(),
  metrics: () => Promise.resolve('bastion_engine_up 1\n'),
  history: () => [],
  now: () => 0,
  live: () => ({ ok: true, reason: 'beats' }),
  ready: () => ({ ok: true, reason: 'ready' }),
  reconcile: () => undefined,
  retry: () => undefined,
  backUp: () => false,
  renew: () => 'unknown',
  testNotification: () => Promise.resolve(undefined),
};

interface Reply {
  readonly code: number;
  /** Of the certificate that was served, lower case. */
  readonly serial: string;
  readonly type: string;
}

describe('the server with TLS', () => {
  const directory = temporaryDirectory('tls-server');
  let authority: TestAuthority;
  let other: TestAuthority;
  let clock: FakeClock;
  let told: string[];
  let kinds: string[];
  let server: StatusServer;

  before(async () => {
    authority = await makeAuthority('Root');
    other = await makeAuthority('Other');
  });
  beforeEach(() => {
    clock = new FakeClock();
    told = [];
    kinds = [];
    mkdirSync(join(directory(), 'clients'));
  });
  afterEach(() => server.close());

  const path = (name: string): string => join(directory(), name);
  const port = (): number => Number(server.address.split(':')[1]);

  /** Puts a pair live as a Certificate's directory does: a version, and one symlink that is exchanged. */
  function publish(version: string, { certificate, key }: TestPair): void {
    mkdirSync(path(version));
    writeFileSync(join(path(version), 'tls.crt'), certificate);
    writeFileSync(join(path(version), 'tls.key'), key);
    writeFileSync(join(path(version), 'ca.crt'), authority.certificate);
    symlinkSync(version, path('..data.next'));
    renameSync(path('..data.next'), path('..data'));
    for (const name of ['tls.crt', 'tls.key', 'ca.crt']) {
      rmSync(path(name), { force: true });
      symlinkSync(`..data/${name}`, path(name));
    }
  }

  function serving({ clients = false } = {}): TlsServerOptions {
    const paths = {
      certificate: path('tls.crt'),
      key: path('tls.key'),
      ...(clients ? { clientAuthority: path('ca.crt') } : {}),
    };
    return {
      host: '127.0.0.1',
      port: 0,
      paths,
      clock,
      tell: (message, kind) => void (told.push(message), kinds.push(kind)),
    };
  }

  async function open(options: { clients?: boolean } = {}): Promise<void> {
    server = await createTlsStatusServer(SOURCE, serving(options));
  }

  function get(options: { cert?: string; key?: string; agent?: Agent; page?: boolean } = {}): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const { agent = false, page = false, ...identity } = options;
      const what = page ? { path: '/', headers: { Accept: 'text/html' } } : { path: '/livez' };
      const outgoing = request(
        { host: '127.0.0.1', port: port(), ca: authority.certificate, agent, ...what, ...identity },
        (response) => {
          const { socket } = response as unknown as { socket: { getPeerCertificate(): { serialNumber: string } } };
          const serial = socket.getPeerCertificate().serialNumber.toLowerCase();
          const type = response.headers['content-type'] ?? '';
          response.resume().on('end', () => resolve({ code: response.statusCode ?? 0, serial, type }));
        },
      );
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  async function refused(call: Promise<Reply>): Promise<string> {
    return call.then(
      ({ code }) => `answered ${code}`,
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
    );
  }

  it('answers over TLS, and no plain request', async () => {
    publish('..1', await authority.issue('127.0.0.1'));
    await open();
    expect((await get()).code).to.equal(200);
    const plain = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connectPlain(port(), '127.0.0.1', () =>
        socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      );
      socket.setEncoding('latin1').on('data', (text: string) => (answer += text));
      socket.on('error', () => undefined).on('close', () => resolve(answer));
    });
    expect(plain).not.to.contain('HTTP/');
  });

  it('with client authorities answers only to clients with a certificate of theirs', async () => {
    publish('..1', await authority.issue('127.0.0.1'));
    await open({ clients: true });
    const client = await authority.issue('client.lab');
    const stranger = await other.issue('client.lab');
    expect((await get({ cert: client.certificate, key: client.key })).code).to.equal(200);
    const page = await get({ cert: client.certificate, key: client.key, page: true });
    expect(page).to.include({ code: 200, type: 'text/html; charset=utf-8' });
    expect(await refused(get())).to.match(/CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/);
    expect(await refused(get({ page: true }))).to.match(/CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/);
    expect(await refused(get({ cert: stranger.certificate, key: stranger.key }))).to.match(
      /UNKNOWN_CA|ECONNRESET|EPIPE/,
    );
    const expired = await authority.issue('client.lab', { expired: true });
    expect(await refused(get({ cert: expired.certificate, key: expired.key }))).to.match(/EXPIRED|ECONNRESET|EPIPE/);
  });

  it('waits for files that are still to be issued, says so once, and listens with them', async () => {
    await open();
    await clock.advance(20_000);
    expect(told).to.have.length(1);
    expect(told[0]).to.contain('tls.crt does not exist').and.contain('nothing listens there');
    publish('..1', await authority.issue('127.0.0.1'));
    await clock.advance(5000);
    await eventually(async () => expect((await get()).code).to.equal(200));
    expect(told[1]).to.contain('in use now');
    expect(kinds).to.deep.equal(['trouble', 'good']);
  });

  it('tells no trouble of the network and the certificate that the operator itself still has to make', async () => {
    const absent = { ...serving(), host: '192.0.2.1', title: 'metrics in the network', awaitsAddress: true };
    server = await createTlsStatusServer(SOURCE, absent);
    publish('..1', await authority.issue('127.0.0.1'));
    await clock.advance(5000);
    await eventually(() => expect(told).to.have.length(3));
    expect(told[0]).to.match(
      /^metrics in the network: \S+tls\.crt does not exist yet; nothing listens there until then$/,
    );
    expect(told[2]).to.contain('this machine does not have the address yet');
    expect(kinds).to.deep.equal(['wait', 'good', 'wait']);
  });

  it('waits for an address that is not to be had yet, if it may come, and says so once', async () => {
    publish('..1', await authority.issue('127.0.0.1'));
    const other = createNetServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = (other.address() as AddressInfo).port;
    const options = { ...serving(), port: taken, title: 'metrics in the network' };
    expect(await createTlsStatusServer(SOURCE, options).catch(String)).to.match(/EADDRINUSE/);
    server = await createTlsStatusServer(SOURCE, { ...options, awaitsAddress: true });
    await clock.advance(20_000);
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/^metrics in the network: .*EADDRINUSE/);
    await new Promise((resolve) => other.close(resolve));
    await clock.advance(5000);
    await eventually(async () => expect((await get()).code).to.equal(200));
    expect(told.slice(1)).to.deep.equal(['metrics in the network listens now']);
  });

  it('takes up a renewed pair without dropping a connection', async () => {
    const first = await authority.issue('127.0.0.1');
    const second = await authority.issue('127.0.0.1');
    publish('..1', first);
    await open();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    try {
      expect((await get({ agent })).serial).to.equal(first.serial);
      publish('..2', second);
      await clock.advance(5000);
      await eventually(async () => expect((await get()).serial).to.equal(second.serial));
      expect((await get({ agent })).serial).to.equal(first.serial);
      expect(told).to.deep.equal([]);
    } finally {
      agent.destroy();
    }
  });

  it('keeps what it has when certificate and key do not belong together, and says so once', async () => {
    const first = await authority.issue('127.0.0.1');
    const second = await authority.issue('127.0.0.1');
    publish('..1', first);
    await open();
    publish('..2', { ...second, key: first.key });
    await clock.advance(5000);
    await eventually(() => expect(told).to.have.length(1));
    await clock.advance(20_000);
    expect(told).to.have.length(1);
    expect(told[0]).to.contain('does not belong to the certificate').and.contain('the certificate in use stays');
    expect((await get()).serial).to.equal(first.serial);
    publish('..3', second);
    // On a busy machine the look before may not be over yet, which puts the next one off.
    await eventually(async () => {
      await clock.advance(5000);
      expect((await get()).serial).to.equal(second.serial);
    });
  });

  it('never takes an empty list of client authorities for all that there are', async () => {
    publish('..1', await authority.issue('127.0.0.1'));
    writeFileSync(join(path('..1'), 'ca.crt'), '\n');
    await open({ clients: true });
    expect(told[0]).to.contain('ca.crt holds no PEM certificates').and.contain('nothing listens there');
  });

  it('quotes nothing that is in a key', async () => {
    const pair = await authority.issue('127.0.0.1');
    const broken = pair.key.replace(/\n[A-Za-z0-9+/]{10}/, '\nplantedSECRET');
    publish('..1', { ...pair, key: broken });
    await open();
    expect(told.join()).to.contain('tls.key holds no unencrypted PEM key').and.not.contain('plantedSECRET');
  });

  it('speaks no TLS older than 1.2', async function () {
    try {
      execFileSync('openssl', ['version']);
    } catch {
      this.skip();
    }
    publish('..1', await authority.issue('127.0.0.1'));
    await open();
    const { spawn } = await import('node:child_process');
    const child = spawn('openssl', [
      's_client',
      '-connect',
      `127.0.0.1:${port()}`,
      '-tls1_1',
      '-cipher',
      'ALL:@SECLEVEL=0',
    ]);
    child.stdin.end();
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expect(code).not.to.equal(0);
  });
});
