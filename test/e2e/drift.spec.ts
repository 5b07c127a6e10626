import { expect } from 'chai';
import type { HistoryLine } from '../../src/status/history.ts';
import { manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { PATIENCE, type Operator } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

describe('drift on a real engine is found, named by field and healed', function () {
  this.timeout(120_000);
  let place: Workplace;
  let operator: Operator;
  let idsBefore: Record<string, string>;
  let historyBefore: number;

  before(async function () {
    place = await Workplace.open(this, 'drift');
    const networks = { [place.name('front')]: { aliases: ['www', 'app'] }, [place.name('back')]: {} };
    place.desired.write(
      '10-stack.yaml',
      manifest('Network', place.name('front')),
      manifest('Network', place.name('back')),
      manifest('Volume', place.name('data')),
      place.container('app', {
        networks,
        volumes: [`${place.name('data')}:/data`],
        mem_limit: '32m',
        cpus: 0.5,
        pids_limit: 50,
        restart: 'unless-stopped',
        environment: { COLOUR: 'green' },
      }),
      place.container('checked', { healthcheck: place.health('true'), networks: [place.name('front')] }),
      place.container('neighbour', { networks: [place.name('back')] }),
    );
    operator = place.start();
    await operator.result('converged');
  });

  after(() => place?.close());

  beforeEach(async () => {
    idsBefore = await place.containers();
    historyBefore = place.history().length;
  });

  /** Lines of history since the test began. */
  function news(): HistoryLine[] {
    return place.history().slice(historyBefore);
  }

  /** `path: want, got` of each field of an operation since the test began. */
  function fieldsOf(op: string, short: string, kind = 'Container'): string[] {
    return news()
      .filter((line) => line.op === op && line.target === `${kind}/${place.name(short)}` && line.result === 'done')
      .flatMap((line) => line.fields.map((field) => field.path));
  }

  /** Waits until a check holds and the operator and a fresh plan say that nothing is left to do. */
  async function healed(check: () => unknown): Promise<void> {
    await operator.until(check);
    await eventually(
      async () => {
        expect(await place.command('plan')).to.deep.equal({ code: 0, stdout: 'nothing to do\n', stderr: '' });
      },
      { within: PATIENCE, every: 100 },
    );
    await operator.result('converged');
    await check();
  }

  /** All containers have the ids that they had, except those named. */
  async function othersUntouched(...replaced: readonly string[]): Promise<void> {
    const after = await place.containers();
    expect(Object.keys(after)).to.deep.equal(Object.keys(idsBefore));
    for (const [name, id] of Object.entries(idsBefore)) {
      if (replaced.includes(name)) expect(after[name], `${name} is a new one`).to.not.equal(id);
      else expect(after[name], `${name} is the same one`).to.equal(id);
    }
  }

  for (const victim of ['app', 'checked'] as const)
    it(`docker rm -f ${victim}: it is made anew with its volume, networks and aliases`, async () => {
      await place.engine.removeContainer(place.name(victim), false);
      await healed(async () => {
        expect((await place.inspect(victim)).State.Running).to.equal(true);
        expect(fieldsOf('CreateContainer', victim)).to.deep.equal(['state']);
      });
      await othersUntouched(victim);
    });

  it('docker stop: it is started again', async () => {
    await place.engine.stopContainer(place.name('app'), 0);
    await healed(() => expect(fieldsOf('StartContainer', 'app')).to.deep.equal(['state']));
    await othersUntouched();
  });

  it('docker kill: it is started again', async () => {
    await place.engine.signalContainer(place.name('checked'), 'SIGKILL');
    await healed(() => expect(fieldsOf('StartContainer', 'checked')).to.deep.equal(['state']));
    await othersUntouched();
  });

  it('docker pause: it is unpaused', async () => {
    await place.outside.pause(place.name('app'));
    await healed(() => expect(fieldsOf('UnpauseContainer', 'app')).to.deep.equal(['state']));
    expect((await place.inspect('app')).State.Paused).to.equal(false);
    await othersUntouched();
  });

  it('docker rename: it gets its name back', async () => {
    await place.engine.renameContainer(place.name('app'), place.name('renamed'));
    await healed(() => expect(fieldsOf('RenameContainer', 'app')).to.deep.equal(['name']));
    await othersUntouched();
  });

  const updates = [
    { flag: '--memory', resources: { Memory: 50_000_000, MemorySwap: 100_000_000 }, field: 'mem_limit' },
    { flag: '--cpus', resources: { NanoCpus: 250_000_000 }, field: 'cpus' },
    { flag: '--pids-limit', resources: { PidsLimit: 77 }, field: 'pids_limit' },
    { flag: '--restart', resources: { RestartPolicy: { Name: 'always' } }, field: 'restart' },
  ];
  for (const { flag, resources, field } of updates)
    it(`docker update ${flag}: ${field} is put back in place, without a restart`, async () => {
      const running = (await place.inspect('app')).State.StartedAt;
      await place.outside.update(place.name('app'), resources);
      await healed(() => expect(fieldsOf('UpdateContainer', 'app')).to.include(field));
      const { HostConfig, State } = await place.inspect('app');
      expect(State.StartedAt).to.equal(running);
      expect(HostConfig).to.deep.include({ Memory: 32 << 20, MemorySwap: 64 << 20, NanoCpus: 5e8, PidsLimit: 50 });
      expect(HostConfig.RestartPolicy?.Name).to.equal('unless-stopped');
      await othersUntouched();
    });

  it('docker network disconnect: it is connected again, with its aliases', async () => {
    await place.outside.disconnect(place.name('front'), place.name('app'));
    await healed(() => expect(fieldsOf('ConnectNetwork', 'app')).to.include(`networks.${place.name('front')}`));
    const endpoint = (await place.inspect('app')).NetworkSettings.Networks?.[place.name('front')];
    expect(endpoint?.Aliases).to.include.members(['www', 'app']);
    await othersUntouched();
  });

  it('a network removed with docker network rm: it is made anew and its members are connected again', async () => {
    for (const member of ['app', 'checked']) await place.outside.disconnect(place.name('front'), place.name(member));
    // The operator may have connected one again already; what a person then does is to try once more.
    await eventually(
      async () => {
        for (const member of ['app', 'checked'])
          await place.outside.disconnect(place.name('front'), place.name(member)).catch(() => undefined);
        await place.outside.call('DELETE', `/networks/${place.name('front')}`);
      },
      { within: 10_000 },
    );
    await healed(() => {
      expect(news().map(({ op, target, cause }) => `${op} ${target}: ${cause}`)).to.include(
        `CreateNetwork Network/${place.name('front')}: missing`,
      );
      for (const member of ['app', 'checked'])
        expect(fieldsOf('ConnectNetwork', member)).to.include(`networks.${place.name('front')}`);
    });
    await othersUntouched();
  });

  it('a foreign network attached: it is detached, and stays where it is', async () => {
    const foreign = place.name('foreign');
    const id = await place.outside.createNetwork(foreign);
    await place.outside.connect(foreign, place.name('app'));
    await healed(() => expect(fieldsOf('DisconnectNetwork', 'app')).to.deep.equal([`networks.${foreign}`]));
    expect((await place.engine.listNetworks()).map((network) => network.Id)).to.include(id);
    await othersUntouched();
  });

  it('removed and run again by hand with our labels and other settings: replaced, with each field named', async () => {
    const { Config } = await place.inspect('neighbour');
    await place.engine.removeContainer(place.name('neighbour'), false);
    // The operator is quick; whichever comes first, the impostor has the name in the end.
    await eventually(
      async () => {
        await place.engine.removeContainer(place.name('neighbour'), false);
        await place.outside.runContainer(place.name('neighbour'), {
          Image: place.image,
          Cmd: ['sleep', '1234'],
          StopTimeout: 0,
          Env: ['BY=hand'],
          Labels: Config.Labels ?? {},
          HostConfig: { Memory: 20_000_000, NetworkMode: place.name('back') },
        });
      },
      { within: 10_000 },
    );
    await healed(async () => {
      const found = await place.inspect('neighbour');
      expect(found.Config.Cmd).to.deep.equal(['sleep', '3600']);
      expect(fieldsOf('CreateContainer', 'neighbour')).to.include.members(['command', 'environment.BY', 'mem_limit']);
    });
    await othersUntouched('neighbour');
  });
});
