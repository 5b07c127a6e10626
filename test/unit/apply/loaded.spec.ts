import { expect } from 'chai';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { containerAddress } from '../../../src/apply/container-address.ts';
import { requestContainer } from '../../../src/apply/steps/request-container.ts';
import { verifyLoaded } from '../../../src/apply/steps/verify-loaded.ts';
import type { ContainerInspect } from '../../../src/engine/wire.ts';
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
