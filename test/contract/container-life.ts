import { expect } from 'chai';
import { patiently } from './patiently.ts';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

export function containerLife(get: () => Scratch): void {
  const status = async (id: string): Promise<string> => (await get().inspect(id)).State.Status;

  it('starts a container, and takes one that runs as done', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.startContainer(id);
    const { State } = await scratch.inspect(id);
    expect(State).to.include({ Status: 'running', Running: true, Paused: false, Error: '' });
    expect(Date.parse(State.StartedAt)).to.be.greaterThan(0);
    const listed = (await scratch.engine.listContainers()).find((container) => container.Id === id);
    expect(listed?.State).to.equal('running');
    expect(listed?.Status).to.match(/^Up /);
  });

  it('leaves the reason of a failed start in the state', async () => {
    const scratch = get();
    const id = await scratch.create({ Cmd: ['/absent'] });
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_BAD_REQUEST');
    const { State } = await scratch.inspect(id);
    expect(State).to.include({ Status: 'created', Running: false, ExitCode: 127 });
    expect(State.Error).to.contain('/absent');
  });

  it('does not know a container that does not exist', async () => {
    const { engine } = get();
    const name = get().name();
    await expectEngineError(engine.startContainer(name), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.restartContainer(name, 0), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.renameContainer(name, `${name}-new`), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.updateContainer(name, { PidsLimit: 5 }), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.signalContainer(name, 'SIGHUP'), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.waitContainer(name, 1_000), 'ENGINE_NOT_FOUND');
    await expectEngineError(engine.logs(name, 1), 'ENGINE_NOT_FOUND');
  });

  it('stops a container, killing it when it does not listen', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.stopContainer(id, 0);
    const { State } = await scratch.inspect(id);
    expect(State).to.include({ Status: 'exited', Running: false, ExitCode: 137 });
    const listed = (await scratch.engine.listContainers()).find((container) => container.Id === id);
    expect(listed?.Status).to.match(/^Exited \(137\) .* ago$/);
  });

  it('keeps the exit code of a container that listens to its stop signal', async () => {
    const scratch = get();
    const Cmd = ['sh', '-c', 'trap "exit 5" TERM; echo ready; sleep 600 & wait'];
    const id = await scratch.run({ Cmd });
    await patiently(async () => expect(await scratch.engine.logs(id, 1)).to.equal('ready\n'));
    await scratch.engine.stopContainer(id, 10);
    expect((await scratch.inspect(id)).State.ExitCode).to.equal(5);
  });

  it('takes stopping a stopped or absent container as done', async () => {
    const scratch = get();
    const id = await scratch.create();
    await scratch.engine.stopContainer(id, 0);
    await scratch.engine.stopContainer(scratch.name(), 0);
    expect(await status(id)).to.equal('created');
  });

  it('waits for the exit code', async () => {
    const scratch = get();
    const id = await scratch.run({ Cmd: ['sh', '-c', 'sleep 0.2; exit 7'] });
    expect(await scratch.engine.waitContainer(id, 10_000)).to.equal(7);
    expect(await scratch.engine.waitContainer(id, 10_000)).to.equal(7);
    expect((await scratch.inspect(id)).State).to.include({ Status: 'exited', ExitCode: 7 });
  });

  it('does not wait longer than it was told', async () => {
    const scratch = get();
    const id = await scratch.run();
    await expectEngineError(scratch.engine.waitContainer(id, 50), 'ENGINE_DEADLINE');
    expect(await status(id)).to.equal('running');
  });

  it('restarts a container, a stopped or paused one too', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.stopContainer(id, 0);
    await scratch.engine.restartContainer(id, 0);
    expect(await status(id)).to.equal('running');
    await scratch.engine.pauseContainer(id);
    await scratch.engine.restartContainer(id, 0);
    expect(await status(id)).to.equal('running');
  });

  it('shows a paused container as running and paused, and unpauses it', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.pauseContainer(id);
    expect((await scratch.inspect(id)).State).to.include({ Status: 'paused', Running: true, Paused: true });
    const listed = (await scratch.engine.listContainers()).find((container) => container.Id === id);
    expect(listed?.State).to.equal('paused');
    expect(listed?.Status).to.match(/ \(Paused\)$/);
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_CONFLICT');
    await scratch.engine.unpauseContainer(id);
    expect(await status(id)).to.equal('running');
  });

  it('fails to pause what is paused, or does not run', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.pauseContainer(id);
    await expectEngineError(scratch.engine.pauseContainer(id), 'ENGINE_CONFLICT');
    await scratch.engine.unpauseContainer(id);
    await scratch.engine.stopContainer(id, 0);
    await expectEngineError(scratch.engine.pauseContainer(id), 'ENGINE_CONFLICT');
  });

  it('fails to unpause what is not paused', async () => {
    const scratch = get();
    const id = await scratch.run();
    await expectEngineError(scratch.engine.unpauseContainer(id), 'ENGINE_CONFLICT');
  });

  it('signals a container', async () => {
    const scratch = get();
    const Cmd = ['sh', '-c', 'trap "exit 9" HUP; echo ready; sleep 600 & wait'];
    const id = await scratch.run({ Cmd });
    await patiently(async () => expect(await scratch.engine.logs(id, 1)).to.equal('ready\n'));
    await scratch.engine.signalContainer(id, 'SIGHUP');
    expect(await scratch.engine.waitContainer(id, 20_000)).to.equal(9);
    await expectEngineError(scratch.engine.signalContainer(id, 'SIGHUP'), 'ENGINE_CONFLICT');
  });

  it('refuses a signal that does not exist', async () => {
    const scratch = get();
    const id = await scratch.run();
    await expectEngineError(scratch.engine.signalContainer(id, 'SIGNONE'), 'ENGINE_BAD_REQUEST');
  });

  it('does not restart what was killed through the API', async () => {
    const scratch = get();
    const id = await scratch.run({ HostConfig: { RestartPolicy: { Name: 'always' } } });
    await scratch.engine.signalContainer(id, 'SIGKILL');
    await patiently(async () => expect(await status(id)).to.equal('exited'));
    expect((await scratch.inspect(id)).State.ExitCode).to.equal(137);
  });

  it('forgets its restart policy once it was signalled, until the next start', async () => {
    const scratch = get();
    const RestartPolicy = { Name: 'always', MaximumRetryCount: 0 };
    // Long enough for the signal to come before the end, on a busy machine too.
    const Cmd = ['sh', '-c', 'trap "" HUP; sleep 4; exit 3'];
    const id = await scratch.run({ Cmd, HostConfig: { RestartPolicy } });
    await scratch.engine.signalContainer(id, 'SIGHUP');
    await patiently(async () => expect(await status(id)).to.equal('exited'));
    const { HostConfig, RestartCount } = await scratch.inspect(id);
    expect(HostConfig.RestartPolicy).to.deep.equal(RestartPolicy);
    expect(RestartCount).to.equal(0);
  });

  it('restarts a failing container as often as its policy says, and counts', async () => {
    const scratch = get();
    const RestartPolicy = { Name: 'on-failure', MaximumRetryCount: 2 };
    const id = await scratch.run({ Cmd: ['sh', '-c', 'exit 3'], HostConfig: { RestartPolicy } });
    await patiently(async () => {
      const { RestartCount, State } = await scratch.inspect(id);
      expect([RestartCount, State.Status, State.ExitCode]).to.deep.equal([2, 'exited', 3]);
    });
  });

  it('shows a container between two restarts as restarting and running', async () => {
    const scratch = get();
    const id = await scratch.run({
      Cmd: ['sh', '-c', 'exit 3'],
      HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
    });
    await patiently(async () => {
      expect((await scratch.inspect(id)).State).to.include({ Status: 'restarting', Running: true, ExitCode: 3 });
    });
    await scratch.engine.stopContainer(id, 0);
    expect(await status(id)).to.equal('exited');
  });

  it('renames a container, and gives it back its old name', async () => {
    const scratch = get();
    const [first, second] = [scratch.name(), scratch.name()];
    const id = await scratch.run({}, first);
    await scratch.engine.renameContainer(first, second);
    expect(await scratch.engine.inspectContainer(first)).to.equal(undefined);
    expect((await scratch.inspect(second)).Id).to.equal(id);
    await scratch.engine.renameContainer(id, first);
    expect((await scratch.inspect(first)).Id).to.equal(id);
  });

  it('refuses to rename to a taken name or to the own one', async () => {
    const scratch = get();
    const [first, second] = [scratch.name(), scratch.name()];
    await scratch.create({}, first);
    await scratch.create({}, second);
    await expectEngineError(scratch.engine.renameContainer(first, second), 'ENGINE_CONFLICT');
    await expectEngineError(scratch.engine.renameContainer(first, first), 'ENGINE_BAD_REQUEST');
  });

  it('removes a container that runs, and takes an absent one as removed', async () => {
    const scratch = get();
    const id = await scratch.run();
    await scratch.engine.removeContainer(id, false);
    expect(await scratch.engine.inspectContainer(id)).to.equal(undefined);
    await scratch.engine.removeContainer(id, false);
  });

  it('gives the last lines of the output', async () => {
    const scratch = get();
    const id = await scratch.create({ Cmd: ['sh', '-c', 'echo one; echo two >&2; echo three'] });
    expect(await scratch.engine.logs(id, 2)).to.equal('');
    await scratch.engine.startContainer(id);
    await scratch.engine.waitContainer(id, 20_000);
    const lines = (await scratch.engine.logs(id, 10)).trim().split('\n');
    expect(lines).to.have.members(['one', 'two', 'three']);
    expect((await scratch.engine.logs(id, 1)).trim().split('\n')).to.have.length(1);
    expect((await scratch.engine.logs(id, 10, 1_500)).trim().split('\n')).to.have.length(3);
    expect(await scratch.engine.logs(id, 10, Date.now() + 3_600_000)).to.equal('');
  });

  it('tells health: starting, then healthy; unhealthy once the check no longer runs', async () => {
    const scratch = get();
    // Long enough to be seen starting, on a busy machine too.
    const Healthcheck = { Test: ['CMD', 'true'], Interval: 5e9, Timeout: 10e9, Retries: 1 };
    const id = await scratch.run({ Healthcheck });
    const health = async (): Promise<string | undefined> => (await scratch.inspect(id)).State.Health?.Status;
    const listed = async (): Promise<string> =>
      (await scratch.engine.listContainers()).find((container) => container.Id === id)?.Status ?? '';
    expect(await listed()).to.match(/\(health: starting\)$/);
    expect(await health()).to.equal('starting');
    await patiently(async () => expect(await health()).to.equal('healthy'));
    expect(await listed()).to.match(/\(healthy\)$/);
    await scratch.engine.stopContainer(id, 0);
    expect(await health()).to.equal('unhealthy');
    await scratch.engine.startContainer(id);
    expect(await health()).to.equal('starting');
  });

  it('tells that a container is unhealthy', async () => {
    const scratch = get();
    const id = await scratch.run({ Healthcheck: { Test: ['CMD', 'false'], Interval: 100e6, Retries: 2 } });
    await patiently(async () => expect((await scratch.inspect(id)).State.Health?.Status).to.equal('unhealthy'));
    expect((await scratch.inspect(id)).State.Running).to.equal(true);
  });

  it('tells the memory of a container while it runs', async () => {
    const scratch = get();
    const id = await scratch.run({ HostConfig: { Memory: 64 * 1024 ** 2 } });
    const memory = await scratch.engine.containerMemory(id);
    expect(memory?.limit).to.equal(64 * 1024 ** 2);
    expect(memory?.used).to.be.within(1, 64 * 1024 ** 2);
    await scratch.engine.stopContainer(id, 0);
    expect(await scratch.engine.containerMemory(id)).to.equal(undefined);
    await scratch.engine.removeContainer(id, true);
    expect(await scratch.engine.containerMemory(id)).to.equal(undefined);
  });

  it('checks no health where the check is switched off', async () => {
    const scratch = get();
    const id = await scratch.run({ Healthcheck: { Test: ['NONE'] } });
    expect((await scratch.inspect(id)).State.Health).to.equal(undefined);
  });

  it('publishes ports while a container runs, those that are exposed', async () => {
    const scratch = get();
    const HostConfig = { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1' }], '81/tcp': [{ HostIp: '127.0.0.1' }] } };
    const id = await scratch.create({ ExposedPorts: { '80/tcp': {}, '82/tcp': {} }, HostConfig });
    expect((await scratch.inspect(id)).NetworkSettings.Ports).to.deep.equal({});
    await scratch.engine.startContainer(id);
    const { Ports } = (await scratch.inspect(id)).NetworkSettings;
    expect(Ports).to.have.all.keys('80/tcp', '82/tcp');
    expect(Ports?.['82/tcp']).to.equal(null);
    expect(Ports?.['80/tcp']?.[0]).to.include({ HostIp: '127.0.0.1' });
    expect(Number(Ports?.['80/tcp']?.[0]?.HostPort)).to.be.greaterThan(1023);
    await scratch.engine.stopContainer(id, 0);
    expect((await scratch.inspect(id)).NetworkSettings.Ports).to.deep.equal({});
  });

  it('finds out at the start that a port is taken', async () => {
    const scratch = get();
    const HostConfig = { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] } };
    const first = await scratch.run({ ExposedPorts: { '80/tcp': {} }, HostConfig });
    const port = (await scratch.inspect(first)).NetworkSettings.Ports?.['80/tcp']?.[0]?.HostPort ?? '';
    const second = await scratch.create({
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: port }] } },
    });
    await expectEngineError(scratch.engine.startContainer(second), 'ENGINE_CONFLICT');
    const { State } = await scratch.inspect(second);
    expect(State).to.include({ Status: 'created', Running: false, ExitCode: 128 });
    expect(State.Error).to.contain(port);
    await scratch.engine.stopContainer(first, 0);
    await scratch.engine.startContainer(second);
    expect((await scratch.inspect(second)).State).to.include({ Status: 'running', Error: '' });
  });
}
