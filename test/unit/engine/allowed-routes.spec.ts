import { readdirSync, readFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { allowedRoute } from '../../../src/engine/allowed-route.ts';
import { createDockerEngine } from '../../../src/engine/docker.ts';
import { send } from '../../../src/engine/exchange.ts';
import type { Engine } from '../../../src/engine/port.ts';
import { ROUTES, type RouteName } from '../../../src/engine/routes.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { FaultyEngine, json } from '../../support/faulty-engine.ts';

const SOURCES = fileURLToPath(new URL('../../../src/', import.meta.url));
const NAMES = Object.keys(ROUTES) as RouteName[];

/** What else the engine's API offers, and what looks like a route of ours and is another. */
const REFUSED = [
  'POST /v1.41/containers/web/exec',
  'POST /v1.41/exec/4f/start',
  'POST /v1.41/containers/web/attach?stream=1',
  'GET /v1.41/containers/web/archive?path=/etc',
  'PUT /v1.41/containers/web/archive?path=/etc',
  'GET /v1.41/containers/web/export',
  'POST /v1.41/containers/prune',
  'POST /v1.41/volumes/prune',
  'POST /v1.41/commit?container=web',
  'POST /v1.41/images/load',
  'DELETE /v1.41/images/busybox',
  'GET /v1.41/images/json',
  'POST /v1.41/auth',
  'GET /v1.41/secrets',
  'POST /v1.41/swarm/init',
  'POST /v1.41/plugins/pull',
  'GET /containers/json',
  'GET /v1.45/containers/json',
  'GET /v1x41/containers/json',
  'GET /v1.41/containers/json/',
  'HEAD /v1.41/containers/json',
  'PUT /v1.41/containers/web/json',
  'GET /v1.41/containers/web/exec/json',
  'GET /v1.41/containers/../json',
  'GET /v1.41/containers/%2e%2e%2fsecrets/json',
  'GET /v1.41/containers/web%2Farchive/json',
  'GET /v1.41/images/../secrets/json',
  'GET /v1.41/images//json',
  'GET http://engine/v1.41/containers/json',
  'GET ',
];

/** A request line to what `send` gets. */
function requestOf(line: string): { method: string; path: string } {
  const [method = '', path = ''] = line.split(' ');
  return { method, path };
}

/** Everything that the port offers, called once, whatever is answered. */
async function callEverything(engine: Engine): Promise<void> {
  const nothing = (): void => undefined;
  const build = { tag: 'a:1', dockerfile: 'Dockerfile', args: {}, labels: {} };
  const stop = AbortSignal.timeout(5000);
  const calls: Record<Exclude<keyof Engine, 'events'>, () => Promise<unknown>> = {
    facts: () => engine.facts(),
    listContainers: () => engine.listContainers(),
    inspectContainer: () => engine.inspectContainer('web'),
    containerMemory: () => engine.containerMemory('web'),
    listNetworks: () => engine.listNetworks(),
    listVolumes: () => engine.listVolumes(),
    inspectImage: () => engine.inspectImage('registry.example:5000/a/b:1@sha256:0'),
    logs: () => engine.logs('web', 1),
    platforms: () => engine.platforms('a/b:1'),
    createNetwork: () => engine.createNetwork('net', {} as never),
    // Its name could be the beginning of an id, so it is looked up first.
    removeNetwork: () => engine.removeNetwork('cafe'),
    connectNetwork: () => engine.connectNetwork('net', 'web', {}),
    disconnectNetwork: () => engine.disconnectNetwork('net', 'web'),
    createVolume: () => engine.createVolume('data', {} as never),
    removeVolume: () => engine.removeVolume('data'),
    pullImage: () => engine.pullImage('a:1'),
    buildImage: () => engine.buildImage(Readable.from([]), build),
    createContainer: () => engine.createContainer('web', { HostConfig: {} }),
    startContainer: () => engine.startContainer('web'),
    stopContainer: () => engine.stopContainer('web', 1),
    restartContainer: () => engine.restartContainer('web', 1),
    pauseContainer: () => engine.pauseContainer('web'),
    unpauseContainer: () => engine.unpauseContainer('web'),
    signalContainer: () => engine.signalContainer('web', 'SIGHUP'),
    renameContainer: () => engine.renameContainer('web', 'other'),
    updateContainer: () => engine.updateContainer('web', { Memory: 1 }),
    removeContainer: () => engine.removeContainer('web', false),
    waitContainer: () => engine.waitContainer('web', 1000),
  };
  await Promise.allSettled(Object.values(calls).map((call) => call()));
  await engine.events(stop, nothing)[Symbol.asyncIterator]().next().catch(nothing);
}

describe('the list of routes', () => {
  for (const name of NAMES)
    it(`lets ${ROUTES[name].method} ${ROUTES[name].path} pass, and knows it again`, () => {
      const { method, path } = ROUTES[name];
      const image = 'registry.example%3A5000/a/b%3A1%40sha256%3A0';
      const filled = path.replace('{image}', image).replace(/\{\w+\}/, 'web_1.next-2');
      expect(allowedRoute(method, `/v1.41${filled}`)).to.equal(name);
      expect(allowedRoute(method, `/v1.41${filled}?all=1&path=/x`)).to.equal(name);
    });

  for (const line of REFUSED)
    it(`has no ${line}`, () => {
      const { method, path } = requestOf(line);
      expect(allowedRoute(method, path)).to.equal(undefined);
    });

  describe('in the adapter', () => {
    let faulty: FaultyEngine;
    beforeEach(async () => (faulty = await FaultyEngine.start()));
    afterEach(() => faulty.stop());

    it('refuses any other route before it leaves the process, and says which and where to look', async () => {
      for (const line of REFUSED) {
        const agent = new Agent();
        const options = { ...requestOf(line), socketPath: faulty.path };
        const sent = send({ options, data: undefined }, false, agent, new AbortController().signal, new Set());
        const error = await expectEngineError(sent, 'ENGINE_NOT_ALLOWED');
        expect(error.message).to.contain(line.replace(/\?.*/, '').trim()).and.to.contain('docs/security.md');
        agent.destroy();
      }
      expect(faulty.calls).to.deep.equal([]);
      expect(faulty.sockets.size).to.equal(0);
    });

    it('refuses a name that would make another route of one', async () => {
      const engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 1000 });
      await expectEngineError(engine.startContainer('web/exec'), 'ENGINE_NOT_ALLOWED');
      await expectEngineError(engine.inspectContainer('web/archive'), 'ENGINE_NOT_ALLOWED');
      await expectEngineError(engine.removeVolume('a/b'), 'ENGINE_NOT_ALLOWED');
      engine.close();
      expect(faulty.calls).to.deep.equal([]);
    });

    it('is used to its last entry, and nothing else is asked for', async () => {
      // Whatever else is asked ends in 501, which is enough to see that it was asked.
      faulty.on('GET /networks/cafe', json(200, { Id: 'cafe', Name: 'cafe' }));
      const engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 2000 });
      await callEverything(engine);
      engine.close();
      const used = new Set(faulty.calls.map((call) => allowedRoute(call.split(' ')[0], `/v1.41${call.split(' ')[1]}`)));
      expect([...used].sort()).to.deep.equal([...NAMES].sort());
    });
  });

  it('has nothing that the program outside the adapter has no use for', () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
    const rest = files
      .filter((file) => file.endsWith('.ts') && !/^(engine|exporter)\//.test(file))
      .map((file) => readFileSync(join(SOURCES, file), 'utf8'))
      .join('\n');
    const port = readFileSync(join(SOURCES, 'engine/port.ts'), 'utf8');
    const methods = [...port.matchAll(/^ {2}(\w+)\(/gm)].map(([, method = '']) => method);
    expect(methods.length).to.be.greaterThan(25);
    expect(
      methods.filter((method) => !new RegExp(`\\b(engine|reader|\\w*[eE]ngine)\\s*\\.${method}\\(`).test(rest)),
    ).to.deep.equal([]);
  });

  it('cannot be gone round: one file sends, and one knows dockerode', () => {
    const files = readdirSync(join(SOURCES, 'engine'));
    const having = (pattern: RegExp): string[] =>
      files.filter((file) => pattern.test(readFileSync(join(SOURCES, 'engine', file), 'utf8'))).sort();
    expect(having(/\brequest as \w+|\bhttps?\.request|from 'node:(net|tls|http2)'|\bfetch\(/)).to.deep.equal([
      'exchange.ts',
    ]);
    expect(having(/^import Docker from 'dockerode'/m)).to.deep.equal(['transport.ts']);
    const { length } = readFileSync(join(SOURCES, 'engine/transport.ts'), 'utf8').match(/new Docker\(/g) ?? [];
    expect(length).to.equal(1);
  });
});
