import { expect } from 'chai';
import type { EngineEvent } from '../../src/engine/wire.ts';
import { patiently } from './patiently.ts';
import type { Scratch } from './scratch.ts';

/** Collects events from when the stream is open until the work is done and everything waited for has come. */
async function collect(
  scratch: Scratch,
  work: (seen: readonly EngineEvent[]) => Promise<void>,
): Promise<EngineEvent[]> {
  const seen: EngineEvent[] = [];
  const abort = new AbortController();
  let stop: Promise<void> = Promise.resolve();
  try {
    await new Promise<void>((connected, failed) => {
      stop = (async () => {
        for await (const event of scratch.engine.events(abort.signal, connected)) seen.push(event);
      })();
      stop.catch(failed);
    });
    await work(seen);
  } finally {
    abort.abort();
    await stop;
  }
  return seen;
}

export function eventContract(get: () => Scratch): void {
  const actions = (events: readonly EngineEvent[], id: string): string[] =>
    events
      .filter(({ Actor }) => Actor.ID === id || Actor.Attributes.container === id)
      .map(({ Type, Action }) => `${Type}:${Action}`)
      .filter((action) => !action.includes(':exec_'));

  it('tells what becomes of a container', async () => {
    const scratch = get();
    const name = scratch.name();
    let id = '';
    const events = await collect(scratch, async (seen) => {
      id = await scratch.run({ Labels: { colour: 'red' } }, name);
      await scratch.engine.updateContainer(id, { CpuShares: 512 });
      await scratch.engine.renameContainer(id, `${name}-new`);
      await scratch.engine.pauseContainer(id);
      await scratch.engine.unpauseContainer(id);
      await scratch.engine.signalContainer(id, 'SIGHUP');
      await scratch.engine.stopContainer(id, 0);
      await scratch.engine.removeContainer(id, false);
      await patiently(() => expect(actions(seen, id)).to.include('container:destroy'));
    });
    const order = ['create', 'start', 'update', 'rename', 'pause', 'unpause', 'kill', 'kill', 'kill', 'die'];
    const own = actions(events, id).filter((action) => action.startsWith('container:'));
    expect(own.slice(0, order.length)).to.deep.equal(order.map((action) => `container:${action}`));
    expect(own.slice(order.length)).to.have.members(['container:stop', 'container:destroy']);
    const rename = events.find(({ Action, Actor }) => Action === 'rename' && Actor.ID === id);
    expect(rename?.Actor.Attributes).to.include({ oldName: `/${name}`, name: `${name}-new`, colour: 'red' });
    expect(actions(events, id)).to.include.members(['network:connect', 'network:disconnect']);
  });

  it('tells of a container that ends by itself, with its exit code', async () => {
    const scratch = get();
    let id = '';
    const events = await collect(scratch, async (seen) => {
      id = await scratch.run({ Cmd: ['sh', '-c', 'exit 7'] });
      await patiently(() => expect(actions(seen, id)).to.include.members(['container:die', 'network:disconnect']));
    });
    expect(actions(events, id)).not.to.include('container:stop');
    const die = events.find(({ Action, Actor }) => Action === 'die' && Actor.ID === id);
    expect(die?.Actor.Attributes).to.include({ exitCode: '7' });
  });

  it('tells of a running container that is removed', async () => {
    const scratch = get();
    const id = await scratch.run();
    const events = await collect(scratch, async (seen) => {
      await scratch.engine.removeContainer(id, false);
      await patiently(() => expect(actions(seen, id)).to.include('container:destroy'));
    });
    const own = ['container:kill', 'container:die', 'network:disconnect', 'container:destroy'];
    expect(actions(events, id)).to.deep.equal(own);
  });

  it('tells of networks and of who joins and leaves them', async () => {
    const scratch = get();
    const id = await scratch.run();
    let networkId = '';
    let name = '';
    const events = await collect(scratch, async (seen) => {
      name = await scratch.network();
      networkId = (await scratch.findNetwork(name)).Id;
      await scratch.engine.connectNetwork(name, id, {});
      await scratch.engine.disconnectNetwork(name, id);
      await scratch.engine.removeNetwork(networkId);
      await patiently(() => expect(actions(seen, networkId)).to.include('network:destroy'));
    });
    const own = ['create', 'connect', 'disconnect', 'disconnect', 'destroy'].map((action) => `network:${action}`);
    expect(actions(events, networkId)).to.deep.equal(own);
    const connect = events.find(({ Action, Actor }) => Action === 'connect' && Actor.ID === networkId);
    expect(connect?.Actor.Attributes).to.include({ container: id, name, type: 'bridge' });
  });

  it('tells of volumes by their name', async () => {
    const scratch = get();
    let name = '';
    const events = await collect(scratch, async (seen) => {
      name = await scratch.volume();
      await scratch.engine.removeVolume(name);
      await patiently(() => expect(actions(seen, name)).to.include('volume:destroy'));
    });
    expect(actions(events, name)).to.deep.equal(['volume:create', 'volume:destroy']);
  });

  it('tells of a change of health', async () => {
    const scratch = get();
    await collect(scratch, async (seen) => {
      const id = await scratch.run({ Healthcheck: { Test: ['CMD', 'true'], Interval: 100e6 } });
      const healthy = 'container:health_status: healthy';
      await patiently(() => expect(actions(seen, id)).to.include(healthy));
    });
  });

  it('tells of an image that is tagged', async () => {
    const scratch = get();
    await collect(scratch, async (seen) => {
      const { id } = await scratch.build('FROM scratch\nCOPY content /content\nLABEL tagged=yes\n');
      await patiently(() => expect(actions(seen, id)).to.include('image:tag'));
    });
  });

  it('tells nothing of what happened before, and ends quietly', async () => {
    const scratch = get();
    const id = await scratch.run();
    const events = await collect(scratch, async () => {});
    expect(actions(events, id)).to.deep.equal([]);
  });

  it('tells every listener', async () => {
    const scratch = get();
    const name = scratch.volumeName();
    const seen = await Promise.all(
      [1, 2].map(() =>
        collect(scratch, async (events) => {
          await scratch.volume({}, name);
          await patiently(() => expect(actions(events, name)).to.include('volume:create'));
        }),
      ),
    );
    for (const events of seen) expect(actions(events, name)).to.include('volume:create');
  });
}
