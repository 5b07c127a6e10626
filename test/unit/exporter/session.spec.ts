import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { CredentialFuse, type FuseState } from '../../../src/exporter/adguard/credential-fuse.ts';
import { HttpClient } from '../../../src/exporter/adguard/http-client.ts';
import { ApiError, Session } from '../../../src/exporter/adguard/session.ts';
import { exporterConfig } from '../../support/exporter/exporter-config.ts';
import { FakeAdGuard } from '../../support/exporter/fake-adguard.ts';
import { LiveDirectory } from '../../support/exporter/live-directory.ts';
import { testAuthority } from '../../support/exporter/test-pki.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const MINUTE = 60_000;

describe("session with AdGuard's API", () => {
  const directory = temporaryDirectory('session');
  let clock: FakeClock;
  let server: FakeAdGuard;
  let saved: FuseState;
  const clients: HttpClient[] = [];

  const passwordFile = (): string => join(directory(), 'password');
  const writePassword = (password: string): void => {
    writeFileSync(passwordFile(), `${password}\n`);
    utimesSync(passwordFile(), clock.now() / 1000, clock.now() / 1000);
  };
  const open = (adguard: Record<string, unknown> = {}): Session => {
    const config = exporterConfig({
      adguard: { url: server.url, username: 'exporter', passwordFile: passwordFile(), timeoutSeconds: 2, ...adguard },
    }).adguard;
    if (config === undefined) throw new Error('no AdGuard');
    const client = new HttpClient(config.url, config.timeoutSeconds * 1000, config.tls);
    clients.push(client);
    const fuse = new CredentialFuse(saved);
    return new Session(config, { client, fuse, clock, onFuse: async () => void (saved = fuse.state) });
  };
  const codeOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => '200',
      (error: unknown) => (error instanceof ApiError ? error.code : `no ApiError: ${String(error)}`),
    );
  const logins = (): number => server.requests.filter((request) => request === 'POST login').length;

  beforeEach(async () => {
    clock = new FakeClock();
    saved = {};
    server = new FakeAdGuard({ now: () => clock.now(), user: { name: 'exporter', password: 'right' } });
    await server.start();
    writePassword('right');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await server.stop();
  });

  it('logs in once, also for calls that begin together', async () => {
    const session = open();
    await Promise.all([session.get('status'), session.get('stats'), session.get('clients')]);
    for (let call = 0; call < 5; call++) await session.get('status');
    expect(logins()).to.equal(1);
    const { value, serverTime } = await session.get('status');
    expect(value).to.include({ version: 'v0.107.79' });
    expect(serverTime).to.equal(clock.now());
  });

  it('asks without a login when there is no user', async () => {
    server.user = undefined;
    const session = open({ username: undefined, passwordFile: undefined });
    expect(await codeOf(session.get('status'))).to.equal('200');
    expect(logins()).to.equal(0);
  });

  it('logs in once more when its cookie has ended', async () => {
    const session = open();
    await session.get('status');
    server.forgetCookies();
    expect(await codeOf(session.get('status'))).to.equal('200');
    expect(logins()).to.equal(2);
  });

  it('tries a wrong password once, then not before 20 minutes are over', async () => {
    writePassword('wrong');
    const session = open();
    expect(await codeOf(session.get('status'))).to.equal('403');
    for (let second = 0; second < 20 * 60 - 1; second += 10) {
      expect(await codeOf(session.get('status'))).to.equal('locked');
      await clock.advance(10_000);
    }
    expect(logins()).to.equal(1);
    await clock.advance(10_000);
    expect(await codeOf(session.get('status'))).to.equal('403');
    expect(logins()).to.equal(2);
    expect(server.blocks).to.equal(false);
  });

  it('tries again soon after the password file changed', async () => {
    writePassword('wrong');
    const session = open();
    expect(await codeOf(session.get('status'))).to.equal('403');
    clock.jump(5000);
    writePassword('right');
    expect(await codeOf(session.get('status'))).to.equal('locked');
    clock.jump(70_000);
    expect(await codeOf(session.get('status'))).to.equal('200');
    expect(saved).to.deep.equal({});
  });

  it('does not try again because it was restarted', async () => {
    writePassword('wrong');
    expect(await codeOf(open().get('status'))).to.equal('403');
    for (let restart = 0; restart < 20; restart++) {
      expect(await codeOf(open().get('status'))).to.equal('locked');
      clock.jump(30_000);
    }
    expect(logins()).to.equal(1);
  });

  it('waits for as long as AdGuard says', async () => {
    writePassword('wrong');
    for (let guess = 0; guess < 5; guess++)
      await fetch(`${server.url}/control/login`, { method: 'POST', body: '{"name":"somebody","password":"else"}' });
    expect(server.blocks).to.equal(true);
    writePassword('right');
    const session = open();
    expect(await codeOf(session.get('status'))).to.equal('429');
    clock.jump(14 * MINUTE);
    expect(await codeOf(session.get('status'))).to.equal('locked');
    clock.jump(MINUTE);
    expect(await codeOf(session.get('status'))).to.equal('200');
    expect(logins()).to.equal(5 + 2);
  });

  it('makes no calls while a proxy wants none', async () => {
    const session = open();
    await session.get('status');
    server.interfere = (_request, response) => {
      response.writeHead(429, { 'Retry-After': '120' }).end();
      return true;
    };
    expect(await codeOf(session.get('status'))).to.equal('429');
    const before = server.requests.length;
    clock.jump(119_000);
    expect(await codeOf(session.get('status'))).to.equal('paused');
    expect(server.requests).to.have.length(before);
    server.interfere = undefined;
    clock.jump(1000);
    expect(await codeOf(session.get('status'))).to.equal('200');
  });

  it('stops when a fresh cookie is not taken', async () => {
    server.interfere = (request, response) => {
      if (request.method === 'POST') return false;
      response.writeHead(401).end();
      return true;
    };
    const session = open();
    expect(await codeOf(session.get('status'))).to.equal('401');
    for (let call = 0; call < 10; call++) expect(await codeOf(session.get('status'))).to.equal('locked');
    expect(logins()).to.equal(1);
  });

  it('takes an absent server for no refusal', async () => {
    const session = open();
    await server.stop();
    for (let call = 0; call < 5; call++) expect(await codeOf(session.get('status'))).to.equal('error');
    await server.start();
    expect(await codeOf(session.get('status'))).to.equal('200');
  });

  it('does not repeat a login whose end it does not know', async () => {
    server.interfere = (_request, response) => {
      response.destroy();
      return true;
    };
    const session = open();
    expect(await codeOf(session.get('status'))).to.equal('error');
    server.interfere = undefined;
    expect(await codeOf(session.get('status'))).to.equal('locked');
    clock.jump(75_000);
    expect(await codeOf(session.get('status'))).to.equal('200');
  });

  it('goes on with the password unread, cut off, endless and senseless answers', async () => {
    const session = open();
    await session.get('status');
    for (const [body, length, code] of [
      ['{"cut', 1000, 'error'],
      ['no json', undefined, 'malformed'],
      ['', undefined, 'malformed'],
      ['x'.repeat(9 * 1024 * 1024), undefined, 'error'],
    ] as const) {
      server.interfere = (_request, response) => {
        response.writeHead(200, length === undefined ? {} : { 'Content-Length': String(length) });
        response.write(body);
        if (length === undefined) response.end();
        else setImmediate(() => response.destroy());
        return true;
      };
      expect(await codeOf(session.get('status')), body.slice(0, 10)).to.equal(code);
    }
    server.interfere = undefined;
    expect(await codeOf(session.get('status'))).to.equal('200');
    expect(await codeOf(open({ passwordFile: join(directory(), 'none') }).get('status'))).to.equal('locked');
  });

  it('can never lock anybody out, whatever happens when', async () => {
    const happening = fc.constantFrom('call', 'call', 'restart', 'change', 'wait', 'cookies', 'absent', 'long');
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 20, maxLength: 60 }), async (happenings) => {
        const failures: number[] = [];
        const fuse = { current: new CredentialFuse() };
        let version = 0;
        let now = 0;
        for (const what of happenings) {
          if (what === 'restart')
            fuse.current = new CredentialFuse(JSON.parse(JSON.stringify(fuse.current.state)) as FuseState);
          else if (what === 'change') version++;
          else if (what === 'wait') now += 15_000;
          else if (what === 'long') now += 90_000;
          else if (fuse.current.wait(String(version), now) === 0) {
            fuse.current.trying(now);
            if (what === 'absent') continue;
            failures.push(now);
            fuse.current.refuse(String(version), now);
          }
        }
        for (const time of failures)
          expect(failures.filter((other) => other >= time && other < time + MINUTE)).to.have.length(1);
      }),
    );
  });

  describe('over TLS', () => {
    it('shows its certificate, verifies the server, and takes up exchanged files', async () => {
      const [old, next] = [await testAuthority('old'), await testAuthority('next')];
      const live = new LiveDirectory(join(directory(), 'live'));
      const start = async (authority: typeof old): Promise<void> => {
        const { certificate, key } = await authority.issue('dns-api.lab');
        const tls = { cert: certificate, key, ca: authority.certificate, requestCert: true };
        server = new FakeAdGuard({ now: () => clock.now(), tls });
        await server.start();
      };
      await server.stop();
      await start(old);
      live.put(await old.issue('adguard-exporter.lab'), old.certificate);
      const tls = {
        authority: live.authority,
        certificate: live.certificate,
        key: live.key,
        serverName: 'dns-api.lab',
      };
      const first = open({ tls, username: undefined, passwordFile: undefined });
      expect(await codeOf(first.get('status'))).to.equal('200');
      live.put(await next.issue('adguard-exporter.lab'), next.certificate);
      expect(await codeOf(first.get('status'))).to.equal('error');
      await server.stop();
      await start(next);
      const second = open({ tls, username: undefined, passwordFile: undefined });
      expect(await codeOf(second.get('status'))).to.equal('200');
      live.put(await next.issue('adguard-exporter.lab'), old.certificate);
      expect(await codeOf(second.get('status'))).to.equal('error');
      live.put(await next.issue('adguard-exporter.lab'), next.certificate);
      expect(await codeOf(second.get('status'))).to.equal('200');
      const wrongName = open({
        tls: { ...tls, serverName: 'other.lab' },
        username: undefined,
        passwordFile: undefined,
      });
      expect(await codeOf(wrongName.get('status'))).to.equal('error');
    });
  });
});
