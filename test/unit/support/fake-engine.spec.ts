import { expect } from 'chai';
import { EngineError } from '../../../src/engine/errors.ts';
import type { EngineEvent } from '../../../src/engine/wire.ts';
import { expectEngineError } from '../../support/expect-error.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FakeEngine, type FakeEngineOptions } from '../../support/fake-engine.ts';
import { busyboxBehaviour } from '../../support/fake-engine/busybox-behaviour.ts';

const IMAGE = 'busybox:1.35.0';

function setUp(options: Partial<FakeEngineOptions> = {}): { clock: FakeClock; engine: FakeEngine } {
  const clock = new FakeClock();
  const engine = new FakeEngine({ clock, ...options });
  engine.addImage(IMAGE, { Cmd: ['sleep', '600'] }, { behaviour: busyboxBehaviour });
  return { clock, engine };
}

const body = { Image: IMAGE, HostConfig: {} };
const fault = new EngineError('ENGINE_DEADLINE', 'POST /containers/create', 'injected');

describe('the fake engine', () => {
  it('records every call, and knows which can change something', async () => {
    const { engine } = setUp();
    await engine.listContainers();
    const id = await engine.createContainer('web', body);
    await engine.startContainer(id);
    expect(engine.calls.map(({ method }) => method)).to.deep.equal([
      'listContainers',
      'createContainer',
      'startContainer',
    ]);
    expect(engine.mutations).to.deep.equal([
      { method: 'createContainer', args: ['web', body] },
      { method: 'startContainer', args: [id] },
    ]);
  });

  it('gives the same ids for the same seed', async () => {
    const first = await setUp().engine.createContainer('web', body);
    expect(await setUp().engine.createContainer('web', body)).to.equal(first);
    expect(await setUp({ seed: 'other' }).engine.createContainer('web', body)).not.to.equal(first);
  });

  it('does nothing when a fault comes before, and all of it when it comes after', async () => {
    for (const phase of ['before', 'after'] as const) {
      const { engine } = setUp({
        faults: (call, at) => (call === 'createContainer' && at === phase ? fault : undefined),
      });
      await expectEngineError(engine.createContainer('web', body), 'ENGINE_DEADLINE');
      expect((await engine.inspectContainer('web')) !== undefined).to.equal(phase === 'after');
      expect(engine.mutations).to.have.length(1);
    }
  });

  it('does not answer while it is down', async () => {
    const { engine } = setUp();
    engine.down = true;
    await expectEngineError(engine.facts(), 'ENGINE_UNREACHABLE');
    engine.down = false;
    await engine.facts();
  });

  it('ends open streams with an error when it goes down', async () => {
    const { engine, clock } = setUp();
    const read = async (): Promise<void> => {
      for await (const event of engine.events(new AbortController().signal, () => {})) void event;
    };
    const ended = expectEngineError(read(), 'ENGINE_UNREACHABLE');
    await clock.settle();
    expect(engine.daemon.events.openStreams).to.equal(1);
    engine.down = true;
    await ended;
    expect(engine.daemon.events.openStreams).to.equal(0);
  });

  it('lets the daemon go on without a client that was killed', async () => {
    const { engine, clock } = setUp();
    let settled = false;
    const call = engine.createContainer('web', body).finally(() => (settled = true));
    engine.halt();
    void call;
    await clock.settle();
    expect(settled).to.equal(false);
    expect(await new FakeEngine({ daemon: engine.daemon }).inspectContainer('web')).to.equal(undefined);
  });

  it('drops the events that it is told to drop', async () => {
    const { engine, clock } = setUp();
    const seen: EngineEvent[] = [];
    const abort = new AbortController();
    const read = (async () => {
      for await (const event of engine.events(abort.signal, () => {})) seen.push(event);
    })();
    await clock.settle();
    engine.dropEvents = ({ Action }) => Action === 'create';
    engine.outside.runContainer('web', body);
    await clock.settle();
    abort.abort();
    await read;
    expect(seen.map(({ Type, Action }) => `${Type}:${Action}`)).to.deep.equal(['network:connect', 'container:start']);
  });

  it('lets health and exits come with the injected time', async () => {
    const { engine, clock } = setUp();
    const health = [
      { status: 'healthy', afterMilliseconds: 1_000 },
      { status: 'unhealthy', afterMilliseconds: 5_000 },
    ] as const;
    const exits = { code: 4, afterMilliseconds: 9_000 };
    engine.addImage(
      'app:1',
      { Cmd: ['app'], Healthcheck: { Test: ['CMD', 'check'] } },
      { behaviour: { health, exits } },
    );
    engine.outside.runContainer('app', { Image: 'app:1', HostConfig: {} });
    const state = async (): Promise<string> => {
      const { State } = (await engine.inspectContainer('app')) ?? { State: { Status: 'gone', ExitCode: -1 } };
      return `${State.Status} ${'Health' in State ? State.Health?.Status : ''} ${State.ExitCode}`;
    };
    expect(await state()).to.equal('running starting 0');
    await clock.advance(1_000);
    expect(await state()).to.equal('running healthy 0');
    await clock.advance(4_000);
    expect(await state()).to.equal('running unhealthy 0');
    await clock.advance(4_000);
    expect(await state()).to.equal('exited unhealthy 4');
    expect(clock.pending).to.equal(0);
  });

  it('chooses a behaviour for each start', async () => {
    const { engine } = setUp();
    const startFails = { statusCode: 500, message: 'not yet' };
    engine.addImage('app:1', { Cmd: ['app'] }, { behaviour: (_, starts) => (starts === 0 ? { startFails } : {}) });
    const id = await engine.createContainer('app', { Image: 'app:1', HostConfig: {} });
    await expectEngineError(engine.startContainer(id), 'ENGINE_FAULT');
    await engine.startContainer(id);
    expect((await engine.inspectContainer(id))?.State.Running).to.equal(true);
  });

  it('pulls what the registry offers, and what it offers by then', async () => {
    const { engine } = setUp();
    await expectEngineError(engine.pullImage('app:1'), 'IMAGE_UNAVAILABLE');
    engine.daemon.offerImage('app:1', {}, { content: 'old', platforms: ['linux/amd64', 'linux/arm64'] });
    await engine.pullImage('app:1');
    expect(await engine.platforms('app:1')).to.deep.equal(['linux/amd64', 'linux/arm64']);
    const old = await engine.inspectImage('docker.io/library/app:1');
    engine.daemon.offerImage('app:1', {}, { content: 'new' });
    expect((await engine.inspectImage('app:1'))?.Id).to.equal(old?.Id);
    await engine.pullImage('app:1');
    expect((await engine.inspectImage('app:1'))?.Id).not.to.equal(old?.Id);
  });

  it('lets somebody else interfere, unrecorded', async () => {
    const { engine } = setUp();
    const { outside } = engine;
    outside.createNetwork('front');
    outside.runContainer('web', { ...body, Labels: { own: 'yes' }, HostConfig: { NetworkMode: 'front' } });
    const before = await engine.inspectContainer('web');
    outside.recreateByHand('web');
    const after = await engine.inspectContainer('web');
    expect(after?.Id).not.to.equal(before?.Id);
    expect(after?.Config.Labels).to.deep.equal({ own: 'yes' });
    outside.removeNetwork('front');
    expect((await engine.inspectContainer('web'))?.NetworkSettings.Networks).to.deep.equal({});
    expect((await engine.inspectContainer('web'))?.State.Running).to.equal(true);
    outside.pauseContainer('web');
    expect((await engine.inspectContainer('web'))?.State.Paused).to.equal(true);
    expect(engine.mutations).to.deep.equal([]);
  });

  it('answers with copies', async () => {
    const { engine } = setUp();
    outsideChange(await setUpContainer(engine));
    expect((await engine.inspectContainer('web'))?.Config.Labels).to.deep.equal({});
  });
});

async function setUpContainer(engine: FakeEngine): Promise<Record<string, string>> {
  await engine.createContainer('web', body);
  return (await engine.inspectContainer('web'))?.Config.Labels ?? {};
}

function outsideChange(labels: Record<string, string>): void {
  labels['changed'] = 'yes';
}
