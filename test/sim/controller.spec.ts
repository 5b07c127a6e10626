import { expect } from 'chai';
import type { Resource } from '../../src/model/resource.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { container, gate, image, network, volume } from '../support/planning.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { House } from './house.ts';
import type { HouseOptions } from './house.ts';

describe('the loop', function () {
  this.timeout(20_000);

  let house: House;
  // Before the directory's own hook: a loop that still runs would write into what is being removed.
  afterEach(() => house.close());
  const state = temporaryDirectory('loop');
  const open = async (resources: readonly Resource[], parts: Partial<HouseOptions> = {}): Promise<House> =>
    (house = await House.open({ stateDirectory: state(), resources, ...parts }));

  const front = network('front');
  const web = container('web', { networks: { front: { aliases: [] } } }, ['Network/front']);

  it('converges a cold machine, and then has nothing to do', async () => {
    await open([front, volume('data'), web, container('worker')]);
    await house.untilResult('converged');
    expect(house.running()).to.deep.equal(['web', 'worker']);
    const mutations = house.engine.mutations.length;
    await house.elapse(65_000);
    expect(house.engine.mutations).to.have.length(mutations);
    expect(house.result()).to.equal('converged');
    expect(house.traced('fault')).to.deep.equal([]);
    expect(house.traced('event-missed')).to.deep.equal([]);
  });

  it('halts at a gate once, says how to open it, and goes on when it opens', async () => {
    await open([gate('stable', ['Container/web']), front, web, container('after', {}, ['Gate/stable'])]);
    await house.untilResult('waiting');
    expect(house.running()).to.deep.equal(['web']);
    await house.clock.advance(120_000);
    expect(house.traced('gate-waiting').map(({ key, touch }) => [key, touch])).to.deep.equal([
      ['Gate/stable', 'touch /etc/bastion/gates/stable.ok'],
    ]);
    expect(house.controller.snapshot().gates).to.have.length(1);
    expect(house.controller.snapshot().gates[0]).to.include({ open: false, awaitingHuman: true });
    expect(house.controller.snapshot().gates[0]?.behind).to.deep.equal(['Container/after']);
    expect(house.controller.snapshot().headline).to.match(/^halted at gate stable since \d\d:\d\d$/);
    house.open('stable');
    await house.untilResult('converged');
    expect(house.running()).to.deep.equal(['after', 'web']);
    house.open();
    await house.until(() => house.traced('gate-closed').length === 1);
    expect(house.running()).to.deep.equal(['after', 'web']);
    expect(house.traced('gate-opened').length).to.equal(1);
  });

  it('heals what was removed, and says what it found and how long it took', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    house.engine.outside.removeContainer('web');
    await house.until(() => house.traced('healed').length === 1);
    expect(house.running()).to.deep.equal(['web']);
    expect(house.traced('drift-found').map(({ key, cause }) => [key, cause])).to.deep.equal([
      ['Container/web', 'drift'],
    ]);
    expect(house.traced('healed')[0]?.milliseconds).to.be.lessThan(1000);
  });

  it('finds by its relist what no event told', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    house.engine.dropEvents = () => true;
    house.engine.outside.updateContainer('web', { Memory: 64 * 1024 * 1024, MemorySwap: -1 });
    await house.until(() => house.traced('healed').length === 1);
    expect(house.traced('event-missed').length).to.be.greaterThan(0);
  });

  it('does not look because of what foreign containers do', async () => {
    await open([front, volume('data'), web]);
    await house.untilResult('converged');
    const { outside } = house.engine;
    await house.elapse(1_000);
    const looks = house.traced('observed').length;
    for (let round = 0; round < 20; round++) {
      outside.runContainer('job', { Image: 'app:1', HostConfig: {} });
      outside.createVolume(`cache-${round}`);
      await house.elapse(100);
      outside.removeContainer('job');
      await house.elapse(100);
    }
    expect(house.traced('observed').length - looks).to.equal(0);
    await house.elapse(60_000);
    expect(house.traced('event-missed')).to.deep.equal([]);
    outside.removeContainer('web');
    await house.until(() => house.traced('healed').length === 1);
  });

  it('plans nothing while the engine is gone, says so once, and goes on when it is back', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    house.engine.down = true;
    await house.untilResult('stopped');
    house.engine.outside.removeContainer('web');
    const plans = house.traced('planned').length;
    await house.clock.advance(60_000);
    expect(house.traced('planned')).to.have.length(plans);
    expect(house.traced('engine-lost')).to.have.length(1);
    expect(house.controller.snapshot().engine.reachable).to.equal(false);
    house.engine.down = false;
    await house.until(() => house.result() === 'converged' && house.running().length === 1);
    expect(house.traced('engine-connected')).to.have.length(2);
  });

  it('replaces for another spec, and rolls back one that does not run', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    house.engine.addImage('app:2', { Cmd: ['app', 'two'] });
    house.want([front, container('web', { image: 'app:2', networks: { front: { aliases: [] } } }, ['Network/front'])]);
    await house.until(
      () => house.result() === 'converged' && house.engine.daemon.container('web').inspect.Config.Image === 'app:2',
    );
    house.engine.addImage('bad:1', { Cmd: ['bad'] }, { behaviour: { exits: { code: 3, afterMilliseconds: 500 } } });
    house.want([front, container('web', { image: 'bad:1', networks: { front: { aliases: [] } } }, ['Network/front'])]);
    await house.untilResult('failing');
    await house.clock.advance(600_000);
    expect(house.running()).to.deep.equal(['web']);
    expect(house.engine.daemon.container('web').inspect.Config.Image).to.equal('app:2');
    expect(house.controller.snapshot().headline).to.contain('Container/web (RolledBack)');
    const created = house.engine.calls.filter(({ method }) => method === 'createContainer');
    expect(created).to.have.length(3);
    await house.controller.stop();
    await house.restart();
    await house.untilResult('failing');
    await house.clock.advance(60_000);
    expect(house.engine.calls.filter(({ method }) => method === 'createContainer')).to.have.length(3);
  });

  it('applies a spec that came while the one before was being applied', async () => {
    let arrive = (): void => undefined;
    const arrival = new Promise<void>((resolve) => (arrive = resolve));
    await open([front, web], {
      wrap: (engine) => {
        engine.createContainer = async (...args) => {
          const made = await FakeEngine.prototype.createContainer.apply(engine, args);
          await arrival;
          return made;
        };
        return engine;
      },
    });
    const memory = (): number | undefined => house.engine.daemon.container('web').inspect.HostConfig.Memory;
    await house.until(() => house.engine.calls.some(({ method }) => method === 'createContainer'));
    house.want([front, container('web', { ...web.spec, mem_limit: 64 * 1024 * 1024 }, ['Network/front'])]);
    await house.elapse(1_000);
    arrive();
    await house.untilResult('converged');
    expect(memory()).to.equal(64 * 1024 * 1024);
  });

  it('heals while a pull takes its time', async () => {
    let arrive = (): void => undefined;
    const arrival = new Promise<void>((resolve) => (arrive = resolve));
    await open([front, web, image('slow:1'), container('late', { image: 'slow:1' }, ['Image/slow:1'])], {
      wrap: (engine) => {
        engine.daemon.offerImage('slow:1', { Cmd: ['slow'] });
        engine.pullImage = async (reference, onProgress) => {
          await arrival;
          return FakeEngine.prototype.pullImage.call(engine, reference, onProgress);
        };
        return engine;
      },
    });
    await house.until(() => house.running().includes('web'));
    await house.clock.advance(1_000);
    house.engine.outside.removeContainer('web');
    await house.until(() => house.traced('drift-found').length === 1 && house.running().includes('web'));
    expect(house.running()).to.deep.equal(['web']);
    expect(house.result()).to.equal('progressing');
    arrive();
    await house.untilResult('converged');
    expect(house.running()).to.deep.equal(['late', 'web']);
  });

  it('starts nothing behind a gate that was closed while a pull took its time', async () => {
    let arrive = (): void => undefined;
    const arrival = new Promise<void>((resolve) => (arrive = resolve));
    const late = container('late', { image: 'slow:1' }, ['Image/slow:1', 'Gate/ok']);
    await open([gate('ok'), image('slow:1'), late], {
      wrap: (engine) => {
        engine.daemon.offerImage('slow:1', { Cmd: ['slow'] });
        engine.pullImage = async (reference, onProgress) => {
          await arrival;
          return FakeEngine.prototype.pullImage.call(engine, reference, onProgress);
        };
        return engine;
      },
    });
    house.open('ok');
    await house.until(() => house.traced('step-started').some(({ step }) => step.op === 'PullImage'));
    await house.elapse(1_000);
    house.open();
    await house.elapse(1_000);
    arrive();
    await house.untilResult('waiting');
    expect(house.traced('step-started').map(({ step }) => step.op)).to.deep.equal(['PullImage']);
    house.open('ok');
    await house.untilResult('converged');
    expect(house.running()).to.deep.equal(['late']);
  });

  it('backs off from a container that exits by itself again and again, slow as it is', async () => {
    house = await House.open({ stateDirectory: state(), resources: [] });
    house.engine.addImage('slow:1', { Cmd: ['x'] }, { behaviour: { exits: { code: 1, afterMilliseconds: 10_500 } } });
    house.want([container('slow', { image: 'slow:1' })]);
    await house.until(() => house.result() === 'failing');
    await house.elapse(300_000);
    const starts = house.engine.calls.filter(({ method }) => method === 'startContainer').length;
    expect(starts).to.be.within(6, 20);
  });

  it('removes nothing when the desired state is gone, and goes on when it is back', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    const mutations = house.engine.mutations.length;
    house.want(undefined);
    await house.untilResult('stopped');
    await house.clock.advance(120_000);
    expect(house.traced('desired-failed')).to.have.length(1);
    expect(house.engine.mutations).to.have.length(mutations);
    house.want([front, web]);
    await house.untilResult('converged');
    expect(house.engine.mutations).to.have.length(mutations);
  });

  it('brings back at once what somebody killed right after its start', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    for (let round = 1; round <= 4; round++) {
      house.engine.outside.killContainer('web');
      await house.until(() => house.traced('healed').length === round && house.running().includes('web'));
      await house.elapse(500);
    }
    expect(Math.max(...house.traced('healed').map(({ milliseconds }) => milliseconds))).to.be.lessThan(1_000);
    expect(house.traced('condition-changed').map(({ condition }) => condition.reason)).not.to.include('CrashLoop');
  });

  it('backs off from a container that exits at once, more and more slowly', async () => {
    house = await House.open({ stateDirectory: state(), resources: [] });
    house.engine.addImage('crash:1', { Cmd: ['crash'] }, { behaviour: { exits: { code: 1, afterMilliseconds: 100 } } });
    house.want([container('crash', { image: 'crash:1' })]);
    await house.until(() => house.result() === 'failing');
    await house.elapse(60_000);
    const starts = house.engine.calls.filter(({ method }) => method === 'startContainer').length;
    expect(starts).to.be.within(4, 15);
    expect(house.controller.snapshot().headline).to.contain('Container/crash');
  });

  it('touches nothing that runs when it starts again, with its memory or without', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    const mutations = house.engine.mutations.length;
    await house.close();
    await house.restart();
    await house.untilResult('converged');
    expect(house.engine.mutations).to.have.length(mutations);
  });

  it('runs until nothing more happens by itself, then leaves no timer, watch or stream', async () => {
    await open([gate('stable', ['Container/web']), front, web, container('after', {}, ['Gate/stable'])]);
    await house.close();
    for (const [gates, expected] of [
      [[], 'waiting'],
      [['stable'], 'converged'],
    ] as const) {
      await house.prepare();
      house.open(...gates);
      let result = '';
      void house.controller.runUntilSettled().then((settled) => (result = settled));
      await house.until(() => result !== '');
      expect(result).to.equal(expected);
      expect(house.clock.pending).to.equal(0);
    }
    expect(house.running()).to.deep.equal(['after', 'web']);
  });

  it('gives up waiting when it is told to', async () => {
    await open([]);
    await house.close();
    house.desired = undefined;
    await house.prepare();
    expect(await house.controller.runUntilSettled({ signal: AbortSignal.abort() })).to.equal('progressing');
  });

  it('ends a pass that breaks with a fault, and tries again', async () => {
    await open([front, web]);
    await house.untilResult('converged');
    house.failReadingGates = true;
    house.engine.outside.removeContainer('web');
    await house.until(() => house.traced('fault').length > 0);
    house.failReadingGates = false;
    await house.until(() => house.running().length === 1);
    expect(house.traced('fault')[0]?.message).to.contain('gates went wrong');
  });
});
