import { expect } from 'chai';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { askReadiness } from '../../../src/apply/ask-readiness.ts';
import { goLive, stageVersion } from '../../../src/certs/pair-store.ts';
import { versionName } from '../../../src/certs/pair-names.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { ReadinessTarget } from '../../../src/model/readiness.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { ReadinessChecks } from '../../../src/runtime/readiness-checks.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeAuthority } from '../../support/test-authority.ts';

const target = (id: string, changes: Partial<ReadinessTarget> = {}): ReadinessTarget => ({
  id,
  container: id,
  address: '127.0.0.1',
  port: 9090,
  path: '/-/ready',
  ...changes,
});

describe('ReadinessChecks', () => {
  let clock: FakeClock;
  let asked: string[];
  let answers: Record<string, string | undefined>;
  let changes: number;
  let checks: ReadinessChecks;

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    answers = {};
    changes = 0;
    checks = new ReadinessChecks({
      clock,
      ask: ({ id }) => {
        asked.push(id);
        return Promise.resolve(answers[id]);
      },
      onChange: () => changes++,
    });
  });
  afterEach(() => {
    checks.close();
    expect(clock.pending).to.equal(0);
  });
  const isReady = (id: string): boolean | undefined => checks.current()[id]?.isReady;

  it('asks at once, tells of it, and asks again calmly while all is well', async () => {
    checks.want([target('a')]);
    await clock.settle();
    expect(isReady('a')).to.equal(true);
    expect(changes).to.equal(1);
    const first = checks.current();
    await clock.advance(15_000);
    expect(asked).to.deep.equal(['a', 'a']);
    expect(checks.current()).to.equal(first);
    expect(changes).to.equal(1);
  });

  it('asks every second while somebody waits, and less often after minutes', async () => {
    answers['a'] = 'not yet';
    checks.want([target('a')]);
    await clock.advance(3_000);
    expect(asked).to.have.length(4);
    expect(checks.current()['a']).to.include({ isReady: false, message: 'not yet' });
    await clock.advance(300_000);
    asked.length = 0;
    await clock.advance(30_000);
    expect(asked).to.have.length(3);
    delete answers['a'];
    await clock.advance(10_000);
    expect(isReady('a')).to.equal(true);
    expect(changes).to.equal(2);
  });

  it('believes a failure of one that was ready when it fails three times in a row', async () => {
    checks.want([target('a')]);
    await clock.settle();
    answers['a'] = 'no answer';
    await clock.advance(15_000);
    await clock.advance(1_000);
    expect(isReady('a')).to.equal(true);
    await clock.advance(1_000);
    expect(isReady('a')).to.equal(false);
    expect(changes).to.equal(2);
  });

  it('forgets who is not wanted any more, also before it is asked', async () => {
    checks.want([target('a')]);
    checks.want([target('b')]);
    await clock.settle();
    expect(Object.keys(checks.current())).to.deep.equal(['b']);
    checks.want([]);
    expect(checks.current()).to.deep.equal({});
    await clock.advance(60_000);
    expect(asked).to.deep.equal(['b']);
  });

  it('asks one that moved at its new place, in its turn', async () => {
    checks.want([target('a')]);
    await clock.settle();
    checks.want([target('a', { port: 1 })]);
    await clock.settle();
    expect(asked).to.have.length(1);
  });

  it('neither asks nor listens after it was closed', async () => {
    checks.want([target('a')]);
    checks.close();
    checks.want([target('b')]);
    await clock.advance(60_000);
    expect(changes).to.equal(0);
  });
});

describe('asking a container whether it is ready', () => {
  const directory = temporaryDirectory('readiness');
  const servers: Server[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => new Promise((resolve) => each.close(resolve))));
  });
  const listen = (server: Server): Promise<number> => {
    servers.push(server);
    return new Promise((resolve) =>
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
    );
  };
  const ask = (changes: Partial<ReadinessTarget>) =>
    askReadiness(target('a', changes), {
      engine: stubEngine({ inspectContainer: () => Promise.resolve(undefined) }),
      files: realFiles,
      clock: systemClock,
    });
  const answer =
    (status: number, body = ''): RequestListener =>
    (_request, response) =>
      response.writeHead(status).end(body);

  it('takes a status below 400 for yes, and tells what else it was', async () => {
    expect(await ask({ port: await listen(createServer(answer(204))) })).to.equal(undefined);
    expect(await ask({ port: await listen(createServer(answer(302))) })).to.equal(undefined);
    const port = await listen(createServer(answer(503, 'Service Unavailable')));
    expect(await ask({ port })).to.equal(
      `GET http://127.0.0.1:${port}/-/ready was answered with 503: Service Unavailable`,
    );
  });

  it('tells of one that is not there', async () => {
    const { address: _, ...byContainer } = target('gone');
    const said = await askReadiness(byContainer, {
      engine: stubEngine({ inspectContainer: () => Promise.resolve(undefined) }),
      files: realFiles,
      clock: systemClock,
    });
    expect(said).to.contain('Container gone does not exist any more');
  });

  it('presents the client certificate and looks at the name in the other one', async function () {
    this.timeout(10_000);
    const authority = await makeAuthority('lab');
    const [server, client] = await Promise.all([authority.issue('svc.lab'), authority.issue('operator.lab')]);
    const options = { cert: server.certificate, key: server.key, ca: authority.certificate };
    const demand = { requestCert: true, rejectUnauthorized: true } as const;
    const port = await listen(
      createTlsServer({ ...options, ...demand }, answer(200)).on('tlsClientError', () => undefined),
    );
    const version = versionName(0, 'aaaaaaaa');
    const content = {
      certificate: Buffer.from(client.certificate),
      key: Buffer.from(client.key),
      trust: Buffer.from(authority.certificate),
    };
    await stageVersion(realFiles, directory(), version, content, { uid: -1, gid: -1 }, 0o400);
    await goLive(realFiles, directory(), version);
    const access = { serverName: 'svc.lab', trust: [authority.certificate], identity: directory() };
    expect(await ask({ port, access })).to.equal(undefined);
    expect(await ask({ port, access: { ...access, serverName: 'other.lab' } })).to.contain('GET https://127.0.0.1');
    const { identity: _, ...anonymous } = access;
    expect(await ask({ port, access: anonymous })).to.contain('GET https://127.0.0.1');
  });
});
