import { createServer as createPlainServer, type RequestListener } from 'node:http';
import { createServer, type ServerOptions } from 'node:https';
import { createServer as createSilentServer, type AddressInfo, type Server } from 'node:net';
import { expect } from 'chai';
import { HttpFailure, httpRequest, type HttpCall } from '../../../src/apply/http-request.ts';
import { serviceRequest } from '../../../src/apply/service-request.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { goLive, stageVersion } from '../../../src/certs/pair-store.ts';
import { versionName } from '../../../src/certs/pair-names.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { makeAuthority, type TestAuthority, type TestPair } from '../../support/test-authority.ts';

describe('asking a service over mutual TLS', () => {
  const directory = temporaryDirectory('request');
  const servers: Server[] = [];
  let authority: TestAuthority;
  let other: TestAuthority;
  let server: TestPair;
  let client: TestPair;

  before(async () => {
    [authority, other] = await Promise.all([makeAuthority('lab'), makeAuthority('other')]);
    [server, client] = await Promise.all([authority.issue('svc.lab'), authority.issue('operator.lab')]);
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((each) => new Promise((resolve) => each.close(resolve))));
  });

  function listen(each: Server): Promise<number> {
    servers.push(each);
    return new Promise((resolve) => each.listen(0, '127.0.0.1', () => resolve((each.address() as AddressInfo).port)));
  }
  /** One that demands a certificate of its authority. */
  function serve(answer: RequestListener, options: ServerOptions = {}): Promise<number> {
    const { certificate: cert, key } = server;
    const demand = { requestCert: true, rejectUnauthorized: true, ca: authority.certificate } as const;
    return listen(createServer({ cert, key, ...demand, ...options }, answer).on('tlsClientError', () => undefined));
  }
  const identityOf = ({ certificate, key }: TestPair) => ({
    certificate: Buffer.from(certificate),
    key: Buffer.from(key),
  });
  const call = (port: number, changes: Partial<HttpCall> = {}): HttpCall => ({
    host: '127.0.0.1',
    port,
    method: 'GET',
    path: '/',
    deadline: 5000,
    tls: { serverName: 'svc.lab', trust: [authority.certificate], identity: identityOf(client) },
    ...changes,
  });
  async function failure(asked: Promise<unknown>): Promise<[HttpFailure['because'], string]> {
    const error: unknown = await asked.then(
      () => new Error('it was answered'),
      (reason: unknown) => reason,
    );
    if (error instanceof HttpFailure) return [error.because, error.message];
    throw error instanceof Error ? error : new Error(String(error));
  }
  const hello: RequestListener = (_request, response) => response.end('hello');

  it('connects to the address and asks for the name, with method, headers and body', async () => {
    const seen: unknown[] = [];
    const port = await serve(
      (request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => {
          const { method, url, headers } = request;
          seen.push(method, url, headers.host, headers['content-type'], body);
          response.writeHead(202).end('taken');
        });
      },
      { SNICallback: (name, done) => (seen.push(name), done(null)) },
    );
    const headers = { 'content-type': 'text/plain' };
    const answer = await httpRequest(
      systemClock,
      call(port, { method: 'POST', path: '/a?b=c', headers, body: 'größer' }),
    );
    expect(answer).to.deep.equal({ status: 202, body: 'taken' });
    expect(seen).to.deep.equal(['svc.lab', 'POST', '/a?b=c', 'svc.lab', 'text/plain', 'größer']);
  });

  it('gives every status as an answer', async () => {
    const port = await serve((_request, response) => response.writeHead(503).end('not yet'));
    expect(await httpRequest(systemClock, call(port))).to.deep.equal({ status: 503, body: 'not yet' });
  });

  it('asks over plain HTTP where no TLS is named', async () => {
    const port = await listen(createPlainServer(hello));
    const { tls: _tls, ...plain } = call(port);
    expect((await httpRequest(systemClock, plain)).body).to.equal('hello');
  });

  it('sends nothing to somebody who is not who was asked for', async () => {
    let asked = 0;
    const port = await serve((request, response) => {
      asked += 1;
      hello(request, response);
    });
    const trust = [authority.certificate];
    const wrong = call(port, { tls: { serverName: 'other.lab', trust, identity: identityOf(client) } });
    expect(await failure(httpRequest(systemClock, wrong))).to.deep.equal([
      'certificate',
      'does not hold the name other.lab; it holds svc.lab',
    ]);
    const foreign = call(port, {
      tls: { serverName: 'svc.lab', trust: [other.certificate], identity: identityOf(client) },
    });
    expect(await failure(httpRequest(systemClock, foreign))).to.deep.equal([
      'certificate',
      'signed by nobody we trust',
    ]);
    expect(asked).to.equal(0);
  });

  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`says that our certificate is the cause when it is, with ${maxVersion}`, async () => {
      const port = await serve(hello, { maxVersion });
      const common = { serverName: 'svc.lab', trust: [authority.certificate] };
      const [without, foreign] = [
        call(port, { tls: common }),
        call(port, { tls: { ...common, identity: identityOf(await other.issue('operator.lab')) } }),
      ];
      const [because, text] = await failure(httpRequest(systemClock, without));
      expect(because).to.equal('certificate');
      expect(text).to.equal('wants a client certificate, and none was given');
      const [again, refused] = await failure(httpRequest(systemClock, foreign));
      // node's own server says nothing when it hangs up.
      expect(again).to.equal('closed');
      expect(refused).to.contain('refused our client certificate');
    });
  }

  it('says when a certificate has expired, or cannot be read', async () => {
    const { certificate: cert, key } = await authority.issue('svc.lab', { expired: true });
    const expired = await failure(httpRequest(systemClock, call(await serve(hello, { cert, key }))));
    expect(expired[0]).to.equal('certificate');
    expect(expired[1]).to.match(/^expired on /);
    const identity = { certificate: Buffer.from('nonsense'), key: Buffer.from('nonsense') };
    const tls = { serverName: 'svc.lab', trust: [authority.certificate], identity };
    expect(await failure(httpRequest(systemClock, call(await serve(hello), { tls })))).to.deep.equal([
      'certificate',
      'our own certificate, key or trusted authorities cannot be read',
    ]);
  });

  it('tells who is not there from who speaks something else', async () => {
    const gone = await serve(hello);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await failure(httpRequest(systemClock, call(gone)))).to.deep.equal(['unreachable', 'nothing listens there']);
    const { tls: _tls, ...plain } = call(gone);
    expect(await failure(httpRequest(systemClock, plain))).to.deep.equal(['unreachable', 'nothing listens there']);
    const port = await listen(createPlainServer(hello));
    expect(await failure(httpRequest(systemClock, call(port)))).to.deep.equal([
      'protocol',
      'it answers, but does not speak TLS',
    ]);
  });

  it('reads as much as it is told to', async () => {
    const port = await serve((_request, response) => response.end('x'.repeat(300_000)));
    expect((await httpRequest(systemClock, call(port, { limit: 300_000 }))).body).to.have.length(300_000);
    expect(await failure(httpRequest(systemClock, call(port, { limit: 299_999 })))).to.deep.equal([
      'too-large',
      'its answer is longer than 299999 bytes',
    ]);
    const cut = await httpRequest(systemClock, call(port, { limit: 10, beyondLimit: 'cut' }));
    expect(cut.body).to.equal('xxxxxxxxxx');
  });

  it('says when an answer breaks off', async () => {
    const port = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.socket?.destroy());
    });
    expect(await failure(httpRequest(systemClock, call(port)))).to.deep.equal([
      'closed',
      'it broke off in the middle of its answer',
    ]);
  });

  for (const [when, start] of [
    ['in the handshake', () => listen(createSilentServer((socket) => socket.on('error', () => undefined).resume()))],
    ['before the answer', () => serve(() => undefined)],
    ['within the answer', () => serve((_request, response) => void response.write('half'))],
  ] as const) {
    it(`gives up at its deadline ${when}, and leaves no connection`, async () => {
      const clock = new FakeClock();
      const port = await start();
      const [listening] = servers;
      const arrived = new Promise((resolve) => listening?.once('connection', resolve));
      const asked = failure(httpRequest(clock, call(port, { deadline: 700 })));
      await arrived;
      await clock.advance(699);
      expect(clock.pending).to.equal(1);
      await clock.advance(1);
      expect(await asked).to.deep.equal(['deadline', 'no answer within 700 ms']);
      await new Promise((resolve) => servers.pop()?.close(resolve));
    });
  }

  it('refuses a path that HTTP does not allow, and leaves no connection', async () => {
    const [because] = await failure(httpRequest(systemClock, call(await serve(hello), { path: '/€' })));
    expect(because).to.equal('protocol');
  });

  it('presents what is live in the operator’s directory', async () => {
    const names: string[] = [];
    const port = await serve((request, response) => {
      names.push(
        (request.socket as { getPeerCertificate?: () => { subject: { CN: string } } }).getPeerCertificate?.().subject
          .CN ?? '',
      );
      hello(request, response);
    });
    const identity = `${directory()}/operator`;
    const access = { serverName: 'svc.lab', trust: [authority.certificate], identity };
    const { tls: _tls, ...plain } = call(port);
    const context = { files: realFiles, clock: systemClock };
    expect(await failure(serviceRequest(plain, access, context))).to.deep.equal([
      'certificate',
      'wants a client certificate, and none was given',
    ]);
    const version = versionName(1, '0a0b0c0d');
    const content = { ...identityOf(client), trust: Buffer.from(authority.certificate) };
    await stageVersion(realFiles, identity, version, content, { uid: -1, gid: -1 }, 0o400);
    await goLive(realFiles, identity, version);
    expect((await serviceRequest(plain, access, context)).body).to.equal('hello');
    expect(names).to.deep.equal(['operator.lab']);
  });
});
