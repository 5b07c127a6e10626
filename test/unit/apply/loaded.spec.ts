import { expect } from 'chai';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { containerAddress } from '../../../src/apply/container-address.ts';
import { requestContainer } from '../../../src/apply/steps/request-container.ts';
import { verifyLoaded } from '../../../src/apply/steps/verify-loaded.ts';
import type { ContainerInspect } from '../../../src/engine/wire.ts';
import { makeAuthority } from '../../support/test-authority.ts';
import { stubEngine } from '../../support/stub-engine.ts';
import { containerInspect } from '../observe/sample-host.ts';
import { expectStepError, stepContext } from './step-context.ts';

function inspecting(edit: (inspect: ContainerInspect) => void) {
  const inspect = containerInspect('a'.repeat(64), 'web');
  edit(inspect);
  return { inspectContainer: () => Promise.resolve(inspect) };
}
const local = inspecting(({ HostConfig }) => (HostConfig.NetworkMode = 'host'));

describe('containerAddress', () => {
  it('is the first network’s by name, the host’s, or the joined container’s', async () => {
    const two = inspecting(({ NetworkSettings }) => {
      NetworkSettings.Networks = {
        zone: { IPAddress: '10.0.0.2' },
        back: { IPAddress: '' },
        front: { IPAddress: '10.1.0.2' },
      };
    });
    expect(await containerAddress(stubEngine(two), 'web')).to.equal('10.1.0.2');
    expect(await containerAddress(stubEngine(local), 'web')).to.equal('127.0.0.1');
    const joined = containerInspect('b'.repeat(64), 'side');
    joined.HostConfig.NetworkMode = 'container:web';
    const engine = stubEngine({
      inspectContainer: (name) => (name === 'side' ? Promise.resolve(joined) : local.inspectContainer()),
    });
    expect(await containerAddress(engine, 'side')).to.equal('127.0.0.1');
  });

  it('says why there is none', async () => {
    const none = inspecting((inspect) => {
      inspect.NetworkSettings.Networks = {};
      inspect.State.Status = 'exited';
    });
    expect(await expectStepError(containerAddress(stubEngine(none), 'web'), 'NO_ADDRESS')).to.contain('state exited');
  });
});

describe('telling consumers', () => {
  let server: Server;
  let answer: RequestListener;
  let port: number;

  beforeEach(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('RequestContainer sends method and path', async () => {
    let seen = '';
    answer = (request, response) => {
      seen = `${request.method} ${request.url}`;
      response.end();
    };
    const action = { type: 'http' as const, method: 'POST', port, path: '/-/reload' };
    await requestContainer({ container: 'web', action }, stepContext(local));
    expect(seen).to.equal('POST /-/reload');
  });

  it('RequestContainer fails with what was answered', async () => {
    answer = (_request, response) => response.writeHead(500).end('bad configuration');
    const action = { type: 'http' as const, method: 'POST', port, path: '/' };
    const message = await expectStepError(
      requestContainer({ container: 'web', action }, stepContext(local)),
      'REQUEST_FAILED',
    );
    expect(message).to.contain('500').and.to.contain('bad configuration');
  });

  it('VerifyLoaded looks until the text is there', async () => {
    let looks = 0;
    answer = (_request, response) => response.end(++looks < 3 ? 'version 1' : 'version 2');
    const loaded = { port, path: '/config', contains: 'version 2', within: 100_000 };
    const soon = { ...stepContext(local).clock, after: (_: number, callback: () => void) => later(_, callback) };
    await verifyLoaded({ container: 'web', loaded }, stepContext(local, { clock: soon }));
    expect(looks).to.equal(3);
  });

  it('VerifyLoaded gives up in time and says what it saw', async () => {
    answer = (_request, response) => response.end('version 1');
    const loaded = { port, path: '/config', contains: 'version 2', within: 30 };
    const message = await expectStepError(verifyLoaded({ container: 'web', loaded }, stepContext(local)), 'NOT_LOADED');
    expect(message).to.contain('answered 200: version 1').and.to.contain('"version 2" within 30 ms');
  });

  it('VerifyLoaded wants all looks to hold at once', async () => {
    // Each is right alone, every other time.
    let round = 0;
    const asked: string[] = [];
    answer = ({ url = '' }, response) => {
      asked.push(url);
      if (url === '/status') round += 1;
      const isRight = url === '/status' ? round !== 2 : round !== 1;
      setTimeout(() => response.end(isRight ? 'new' : 'old'), 5);
    };
    const loaded = {
      ...{ port, path: '/status', contains: 'new', within: 100_000 },
      and: [{ path: '/rules', contains: 'new' }],
    };
    const soon = { ...stepContext(local).clock, after: (_: number, callback: () => void) => later(_, callback) };
    await verifyLoaded({ container: 'web', loaded }, stepContext(local, { clock: soon }));
    expect(round).to.equal(3);
    expect(asked.filter((url) => url === '/rules')).to.have.length(3);
    const missing = { ...loaded, within: 30, and: [{ path: '/rules', contains: 'newer' }] };
    const message = await expectStepError(
      verifyLoaded({ container: 'web', loaded: missing }, stepContext(local)),
      'NOT_LOADED',
    );
    expect(message).to.contain('/rules did not contain "newer"');
  });

  it('VerifyLoaded tells what the log of the consumer says since it was told, without secrets', async () => {
    answer = (_request, response) => response.end('old');
    const lines = [
      'level=info msg="Loading configuration file"',
      'level=error msg="Error reloading config" err="yaml: line 3: did not find expected key" token=abc',
      'level=info msg="still here"',
    ];
    const asked: unknown[] = [];
    const logs = (...call: unknown[]): Promise<string> => {
      asked.push(...call);
      return Promise.resolve(`${lines.join('\n')}\n`);
    };
    const loaded = { port, path: '/', contains: 'new', within: 30 };
    const began = Date.now();
    const message = await expectStepError(
      verifyLoaded({ container: 'c1', loaded }, stepContext({ ...local, logs })),
      'NOT_LOADED',
    );
    expect(message).to.match(/^Container web does not show/);
    expect(message.split('Its log:\n')[1]).to.equal((lines[1] ?? '').replace('abc', '(secret)'));
    expect(asked[0]).to.equal('c1');
    expect(asked[2]).to.be.within(began - 5_000, Date.now());
    lines.splice(0, 3, ...Array.from({ length: 9 }, (_, index) => `line ${index} ${'x'.repeat(1000)}`));
    const long = await expectStepError(
      verifyLoaded({ container: 'c1', loaded }, stepContext({ ...local, logs })),
      'NOT_LOADED',
    );
    expect(long).to.contain('line 8 ').and.not.to.contain('line 3 ');
    expect(long.length).to.be.below(4000);
  });

  it('both ask over mutual TLS where it is named, and say when a certificate is the cause', async () => {
    const [authority, other] = await Promise.all([makeAuthority('lab'), makeAuthority('other')]);
    const { certificate: cert, key } = await authority.issue('web.lab');
    const seen: string[] = [];
    const secure = createSecureServer({ cert, key }, ({ method, url, headers }, response) => {
      seen.push(`${method} ${headers.host}${url}`);
      response.end('version 2');
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    try {
      const at = (secure.address() as AddressInfo).port;
      const tls = { serverName: 'web.lab', authority: 'lab' };
      const access = { serverName: 'web.lab', trust: [authority.certificate] };
      const loaded = { port: at, path: '/config', contains: 'version 2', within: 5_000, tls };
      await verifyLoaded({ container: 'web', loaded, access }, stepContext(local));
      const action = { type: 'http', method: 'POST', port: at, path: '/-/reload', tls } as const;
      await requestContainer({ container: 'web', action, access }, stepContext(local));
      expect(seen).to.deep.equal(['GET web.lab/config', 'POST web.lab/-/reload']);
      const foreign = { serverName: 'web.lab', trust: [other.certificate] };
      const failed = requestContainer({ container: 'web', action, access: foreign }, stepContext(local));
      expect(await expectStepError(failed, 'REQUEST_FAILED')).to.equal(
        `POST https://127.0.0.1:${at}/-/reload: signed by nobody we trust.`,
      );
      const short = { ...loaded, within: 30 };
      const unseen = verifyLoaded({ container: 'web', loaded: short, access: foreign }, stepContext(local));
      expect(await expectStepError(unseen, 'LOADED_UNKNOWN')).to.match(/cannot be asked.*signed by nobody we trust/);
      expect(seen).to.have.length(2);
    } finally {
      await new Promise((resolve) => secure.close(resolve));
    }
  });

  it('VerifyLoaded goes by what it sees last: once nobody can ask any more, it does not know', async () => {
    const authority = await makeAuthority('lab');
    const { certificate: cert, key } = await authority.issue('web.lab');
    // From the second handshake on it has a certificate of somebody else's.
    const other = await (await makeAuthority('other')).issue('web.lab');
    let asked = 0;
    const secure = createSecureServer({ cert, key }, (_request, response) => {
      asked += 1;
      if (asked === 1) secure.setSecureContext({ cert: other.certificate, key: other.key });
      response.end('version 1');
    });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    try {
      const at = (secure.address() as AddressInfo).port;
      const tls = { serverName: 'web.lab', authority: 'lab' };
      const access = { serverName: 'web.lab', trust: [authority.certificate] };
      const loaded = { port: at, path: '/', contains: 'version 2', within: 400, tls };
      const message = await expectStepError(
        verifyLoaded({ container: 'web', loaded, access }, stepContext(local)),
        'LOADED_UNKNOWN',
      );
      expect(message).to.contain('signed by nobody we trust');
      expect(asked).to.equal(1);
    } finally {
      secure.closeAllConnections();
      await new Promise((resolve) => secure.close(resolve));
    }
  });

  it('VerifyLoaded gives up on a container that never answers', async () => {
    answer = () => undefined;
    const loaded = { port, path: '/', contains: 'x', within: 30 };
    const message = await expectStepError(verifyLoaded({ container: 'web', loaded }, stepContext(local)), 'NOT_LOADED');
    expect(message).to.contain('no answer within');
  });
});

/** Pauses pass at once, deadlines keep their time. */
function later(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds > 1000 ? milliseconds : 1);
  return () => clearTimeout(timer);
}
