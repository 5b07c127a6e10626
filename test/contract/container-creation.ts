import { expect } from 'chai';
import type { HostConfig } from '../../src/engine/wire.ts';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

export function containerCreation(get: () => Scratch): void {
  it('says what it is', async () => {
    const { engine } = get();
    const facts = await engine.facts();
    expect(facts.platform).to.match(/^linux\//);
    expect(facts.cgroupVersion).to.be.oneOf(['1', '2']);
    expect(facts).to.include.keys('version', 'apiVersion', 'loggingDriver', 'defaultRuntime');
  });

  it('makes a container that does not run yet', async () => {
    const scratch = get();
    const name = scratch.name();
    const id = await scratch.create({}, name);
    const { Id, Name, State, Config, Image } = await scratch.inspect(id);
    expect(id).to.match(/^[0-9a-f]{64}$/);
    expect(Id).to.equal(id);
    expect(Name).to.equal(`/${name}`);
    expect(State).to.include({ Status: 'created', Running: false, ExitCode: 0, Error: '' });
    expect(Date.parse(State.StartedAt)).to.be.lessThan(0);
    expect(Config.Hostname).to.equal(id.slice(0, 12));
    expect(Image).to.equal((await scratch.engine.inspectImage(scratch.image))?.Id);
  });

  it('finds a container by id or exact name, and by nothing else', async () => {
    const scratch = get();
    const name = scratch.name();
    const id = await scratch.create({}, name);
    expect((await scratch.engine.inspectContainer(name))?.Id).to.equal(id);
    expect((await scratch.engine.inspectContainer(id))?.Id).to.equal(id);
    expect(await scratch.engine.inspectContainer(id.slice(0, 12))).to.equal(undefined);
    expect(await scratch.engine.inspectContainer(`${name}-not`)).to.equal(undefined);
  });

  it('lists containers that do not run, too', async () => {
    const scratch = get();
    const id = await scratch.create({ Labels: { colour: 'red' } });
    const listed = (await scratch.engine.listContainers()).find((container) => container.Id === id);
    expect(listed).to.include({ State: 'created', Status: 'Created', Image: scratch.image });
    expect(listed?.Labels).to.include({ colour: 'red' });
  });

  it('refuses a name that is taken', async () => {
    const scratch = get();
    const name = scratch.name();
    await scratch.create({}, name);
    const error = await expectEngineError(scratch.create({}, name), 'ENGINE_CONFLICT');
    expect(error.message).to.contain(name);
  });

  it('refuses a name that is none', async () => {
    await expectEngineError(get().create({}, `-${get().name()}`), 'ENGINE_BAD_REQUEST');
  });

  it('refuses an image that is not there', async () => {
    const error = await expectEngineError(get().create({ Image: 'contract/absent:1' }), 'ENGINE_NOT_FOUND');
    expect(error.message).to.contain('contract/absent:1');
  });

  it('refuses more than one network', async () => {
    const endpoints = { EndpointsConfig: { one: {}, two: {} } };
    await expectEngineError(get().create({ NetworkingConfig: endpoints }), 'ENGINE_BAD_REQUEST');
  });

  it('refuses a container without any command', async () => {
    const scratch = get();
    const { reference } = await scratch.build('FROM scratch\nCOPY content /content\nLABEL commandless=yes\n');
    await expectEngineError(scratch.create({ Image: reference, Cmd: null }), 'ENGINE_BAD_REQUEST');
  });

  const refused: Record<string, HostConfig> = {
    'less memory than it can give': { Memory: 1_000 },
    'less memory and swap than memory': { Memory: 100_000_000, MemorySwap: 50_000_000 },
    'swap without memory': { MemorySwap: 100_000_000 },
    'a reservation above the limit': { Memory: 50_000_000, MemoryReservation: 60_000_000 },
    'more CPUs than there are': { NanoCpus: 9_000e9 },
    'CPUs and a CPU quota': { NanoCpus: 1e8, CpuQuota: 10_000 },
    'a retry count for a policy without retries': { RestartPolicy: { Name: 'always', MaximumRetryCount: 2 } },
    'a restart policy that does not exist': { RestartPolicy: { Name: 'sometimes' } },
    'a capability that does not exist': { CapAdd: ['FLY'] },
    'a runtime that does not exist': { Runtime: 'contract-absent' },
    'a bind mount of a path that does not exist': {
      Mounts: [{ Type: 'bind', Source: '/contract/absent', Target: '/data' }],
    },
    'a relative mount path': { Mounts: [{ Type: 'tmpfs', Target: 'data' }] },
    'two mounts in one place': {
      Mounts: [
        { Type: 'tmpfs', Target: '/data' },
        { Type: 'tmpfs', Target: '/data/' },
      ],
    },
  };
  for (const [what, HostConfig] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      await expectEngineError(get().create({ HostConfig }), 'ENGINE_BAD_REQUEST');
    });
  }

  it('refuses a signal, a health interval and a working directory that are none', async () => {
    const scratch = get();
    await expectEngineError(scratch.create({ StopSignal: 'SIGNONE' }), 'ENGINE_BAD_REQUEST');
    const Healthcheck = { Test: ['CMD', 'true'], Interval: 10 };
    await expectEngineError(scratch.create({ Healthcheck }), 'ENGINE_BAD_REQUEST');
    await expectEngineError(scratch.create({ WorkingDir: 'relative' }), 'ENGINE_BAD_REQUEST');
  });

  it('says nothing about members that it does not know, and drops them', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { Memoryy: 100_000_000 } });
    expect((await scratch.inspect(id)).HostConfig).not.to.have.property('Memoryy');
  });
}
