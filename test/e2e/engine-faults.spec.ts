import { join } from 'node:path';
import { expect } from 'chai';
import { EngineProxy } from '../support/engine-proxy.ts';
import { eventually } from '../support/eventually.ts';
import type { Operator } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

describe('an engine in trouble', function () {
  this.timeout(120_000);
  let place: Workplace;
  let proxy: EngineProxy;
  let operator: Operator;
  let ids: Record<string, string>;

  before(async function () {
    place = await Workplace.open(this, 'trouble');
    place.desired.write('10-web.yaml', place.container('one'), place.container('two'), place.container('three'));
    proxy = new EngineProxy(place.host, join(place.directory, 'engine.sock'));
    await proxy.open();
    operator = place.start({ host: proxy.host });
    await operator.result('converged');
  });

  after(async () => {
    await proxy?.close();
    await place?.close();
  });

  beforeEach(async () => {
    await operator.result('converged');
    ids = await place.containers();
  });

  afterEach(() => {
    proxy.interference = {};
  });

  /** The operator is back at work: a container that goes away now is made anew, and nothing else is touched. */
  async function recovers(victim: string): Promise<void> {
    await place.engine.removeContainer(place.name(victim), false);
    await operator.until(async (status) => {
      expect((await place.inspect(victim)).State.Running).to.equal(true);
      expect(status.result).to.equal('converged');
    });
    await nothingElseTouched(victim);
  }

  async function nothingElseTouched(...replaced: readonly string[]): Promise<void> {
    const now = await place.containers();
    expect(Object.keys(now)).to.deep.equal(Object.keys(ids));
    for (const [name, id] of Object.entries(ids)) if (!replaced.includes(name)) expect(now[name]).to.equal(id);
  }

  it('is gone for a while: the operator says so, touches nothing, and goes on when it is back', async () => {
    await proxy.close();
    const status = await operator.result('stopped');
    expect(status.engine.reachable).to.equal(false);
    expect(status.headline).to.match(/engine/i);
    await place.engine.removeContainer(place.name('one'), false);
    await proxy.open();
    await operator.until(async (later) => {
      expect(later.result).to.equal('converged');
      expect((await place.inspect('one')).State.Running).to.equal(true);
    });
    await nothingElseTouched('one');
  });

  it('answers slowly: what is made is made once', async () => {
    let delayed = 0;
    proxy.interference = {
      after: async ({ path }): Promise<'answer'> => {
        if (path.startsWith('/events')) return 'answer';
        delayed += 1;
        await new Promise((resolve) => setTimeout(resolve, 400));
        return 'answer';
      },
    };
    await recovers('two');
    expect(delayed).to.be.greaterThan(3);
  });

  it('answers garbage: nothing is removed or made because of it, and the operator recovers', async () => {
    const garbage = ['[]', '{}', 'null', '[{"Id":', '<html>', ''];
    let told = 0;
    const before = proxy.mutations.length;
    proxy.interference = {
      garbage: ({ path }) => (path.startsWith('/containers/') ? garbage[(told += 1) % garbage.length] : undefined),
    };
    // Every event makes it look, and every look is answered with nonsense.
    await eventually(
      async () => {
        await place.engine.renameContainer(place.name('three'), place.name('moved'));
        await place.engine.renameContainer(place.name('moved'), place.name('three'));
        expect(told).to.be.greaterThan(8);
      },
      { within: 30_000, every: 100 },
    );
    proxy.interference = {};
    await operator.result('converged');
    await nothingElseTouched();
    const changes = proxy.mutations.slice(before).filter((call) => !call.includes('/rename'));
    expect(changes).to.deep.equal([]);
    await recovers('three');
  });

  it('drops the answer to what it did: it is not done twice', async () => {
    let dropped = 0;
    proxy.interference = {
      after: ({ mutates }) => (mutates && (dropped += 1) <= 3 ? 'refuse' : 'answer'),
    };
    await recovers('one');
    expect(dropped, 'create and start, once each').to.equal(2);
  });

  it('ends the event stream again and again: what happened meanwhile is found', async () => {
    for (const victim of ['one', 'two'] as const) {
      ids = await place.containers();
      await eventually(() => expect(proxy.cutEventStreams()).to.be.greaterThan(0), { within: 20_000 });
      await recovers(victim);
    }
  });
});
