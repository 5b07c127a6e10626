import { expect } from 'chai';
import { createDockerEngine } from '../../../src/engine/docker.ts';
import { eventually } from '../../support/eventually.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { chunks, empty, FaultyEngine, json, type Script, silent } from '../../support/faulty-engine.ts';

const OTHER = `cafe${'0'.repeat(60)}`;

describe('DockerEngine', () => {
  let faulty: FaultyEngine;
  let engine: ReturnType<typeof createDockerEngine>;

  beforeEach(async () => {
    faulty = await FaultyEngine.start();
    engine = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 400 });
  });

  afterEach(async () => {
    engine.close();
    await faulty.stop();
  });

  const NOTHING = json(404, { message: 'No such thing' });

  for (const [what, route, answer, use] of [
    ['starting what runs', 'POST /containers/web/start', empty(304), () => engine.startContainer('web')],
    ['stopping what is stopped', 'POST /containers/web/stop', empty(304), () => engine.stopContainer('web', 1)],
    ['stopping what is gone', 'POST /containers/web/stop', NOTHING, () => engine.stopContainer('web', 1)],
    ['removing a container that is gone', 'DELETE /containers/web', NOTHING, () => engine.removeContainer('web', true)],
    ['removing a network that is gone', 'DELETE /networks/front', NOTHING, () => engine.removeNetwork('front')],
    ['removing a volume that is gone', 'DELETE /volumes/data', NOTHING, () => engine.removeVolume('data')],
    [
      'disconnecting from what is gone',
      'POST /networks/front/disconnect',
      NOTHING,
      () => engine.disconnectNetwork('front', 'web'),
    ],
    [
      'disconnecting what is not connected',
      'POST /networks/front/disconnect',
      json(500, { message: 'container x is not connected to network front' }),
      () => engine.disconnectNetwork('front', 'web'),
    ],
  ] as [string, string, Script, () => Promise<void>][]) {
    it(`counts ${what} as done`, async () => {
      faulty.on(route, answer);
      await use();
      expect(faulty.calls).to.deep.equal([route]);
    });
  }

  it('does not count starting what is gone as done', async () => {
    faulty.on('POST /containers/web/start', NOTHING);
    await expectEngineError(engine.startContainer('web'), 'ENGINE_NOT_FOUND');
  });

  it('waits for a removal that is already in progress', async () => {
    let looks = 0;
    faulty.on('DELETE /containers/web', json(409, { message: 'removal of container web is already in progress' }));
    faulty.on('GET /containers/web/json', (request, response) => {
      looks += 1;
      (looks < 3 ? json(200, { Id: OTHER, Name: '/web' }) : NOTHING)(request, response);
    });
    await engine.removeContainer('web', false);
    expect(looks).to.equal(3);
  });

  it('does not wait for ever for a removal that is already in progress', async () => {
    const hasty = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 60 });
    faulty.on('DELETE /containers/web', json(409, { message: 'removal of container web is already in progress' }));
    faulty.on('GET /containers/web/json', json(200, { Id: OTHER, Name: '/web' }));
    await expectEngineError(hasty.removeContainer('web', false), 'ENGINE_DEADLINE');
    hasty.close();
  });

  it('says every other conflict of a removal', async () => {
    faulty.on('DELETE /containers/web', json(409, { message: 'container is paused' }));
    await expectEngineError(engine.removeContainer('web', false), 'ENGINE_CONFLICT');
  });

  it('never lets a short hexadecimal name mean another container by the beginning of its id', async () => {
    faulty.on('GET /containers/cafe/json', json(200, { Id: OTHER, Name: '/somebody-elses' }));
    await engine.removeContainer('cafe', true);
    await engine.stopContainer('cafe', 1);
    await engine.disconnectNetwork('front', 'cafe');
    await expectEngineError(engine.startContainer('cafe'), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.renameContainer('cafe', 'x'), 'ENGINE_NOT_FOUND');
    expect(new Set(faulty.calls)).to.deep.equal(new Set(['GET /containers/cafe/json']));
  });

  it('still reaches a container whose name is short and hexadecimal', async () => {
    faulty.on('GET /containers/cafe/json', json(200, { Id: OTHER, Name: '/cafe' }));
    faulty.on(`DELETE /containers/${OTHER}`, empty(204));
    await engine.removeContainer('cafe', true);
    expect(faulty.calls).to.include(`DELETE /containers/${OTHER}`);
  });

  it('never lets a short hexadecimal name mean another network', async () => {
    faulty.on('GET /networks/cafe', json(200, { Id: OTHER, Name: 'somebody-elses' }));
    await engine.removeNetwork('cafe');
    await expectEngineError(engine.connectNetwork('cafe', 'web', {}), 'ENGINE_NOT_FOUND');
    expect(new Set(faulty.calls)).to.deep.equal(new Set(['GET /networks/cafe']));
  });

  it('asks the engine to refuse a second network of one name', async () => {
    let body = '';
    faulty.on('POST /networks/create', (request, response) => {
      body = request.body;
      json(201, { Id: OTHER })(request, response);
    });
    const spec = { Driver: 'bridge', Internal: true, Attachable: false, EnableIPv6: false, Options: {}, Labels: {} };
    expect(await engine.createNetwork('front', spec)).to.equal(OTHER);
    expect(JSON.parse(body)).to.deep.equal({ ...spec, Name: 'front', CheckDuplicate: true });
  });

  it('gives stopping its grace on top of the deadline', async () => {
    const hasty = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 20 });
    let grace: string | null = null;
    faulty.on('POST /containers/web/stop', (request, response) => {
      grace = request.query.get('t');
      setTimeout(() => empty(204)(request, response), 100);
    });
    await hasty.stopContainer('web', 3);
    expect(grace).to.equal('3');
    hasty.close();
  });

  it('does not send an update of nothing, which the engine answers with 500', async () => {
    await engine.updateContainer('web', {});
    expect(faulty.calls).to.deep.equal([]);
  });

  it('does not change what its caller gave it', async () => {
    faulty.on('POST /containers/create', json(201, { Id: OTHER, Warnings: [] }));
    const body = Object.freeze({ Image: 'app:1', HostConfig: Object.freeze({ Memory: 1 }) });
    expect(await engine.createContainer('web', body)).to.equal(OTHER);
    expect(body).to.deep.equal({ Image: 'app:1', HostConfig: { Memory: 1 } });
  });

  it('takes a created object without an id for garbage', async () => {
    faulty.on('POST /containers/create', json(201, {}));
    await expectEngineError(engine.createContainer('web', { HostConfig: {} }), 'ENGINE_GARBAGE');
  });

  it('waits for an exit code that comes long after the headers', async () => {
    faulty.on('POST /containers/web/wait', chunks(['', '{"StatusCode":', '3}'], 'end'));
    expect(await engine.waitContainer('web', 1000)).to.equal(3);
  });

  it('gives up waiting in its own time', async () => {
    faulty.on('POST /containers/web/wait', silent());
    await expectEngineError(engine.waitContainer('web', 50), 'ENGINE_DEADLINE');
  });

  it('says when waiting failed on the engine', async () => {
    faulty.on('POST /containers/web/wait', json(200, { StatusCode: 0, Error: { Message: 'lost it' } }));
    await expectEngineError(engine.waitContainer('web', 1000), 'ENGINE_FAULT');
  });

  it('leaves no timer, connection or listener behind after a thousand calls of all outcomes', async () => {
    faulty.on('GET /containers/json', (request, response) => {
      const turn = faulty.calls.length % 4;
      if (turn === 0) response.socket?.destroy();
      else if (turn === 1) json(500, { message: 'no' })(request, response);
      else json(200, [])(request, response);
    });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    // A deadline so late that a timer which is not cancelled is still there to be counted.
    const patient = createDockerEngine({ host: faulty.host, deadlineMilliseconds: 60_000 });
    const warnings: string[] = [];
    // Node warns of a connection that gathers listeners.
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', warned);
    for (let round = 0; round < 100; round += 1) {
      await Promise.allSettled(Array.from({ length: 10 }, () => patient.listContainers()));
    }
    // The test runner and this check have a timer each of their own.
    await eventually(() => expect(timers()).to.be.at.most(before + 2));
    process.off('warning', warned);
    expect(warnings).to.deep.equal([]);
    expect(faulty.sockets.size).to.be.at.most(10);
    patient.close();
    await eventually(() => expect(faulty.sockets.size).to.equal(0));
  });
});
