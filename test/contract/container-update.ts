import { expect } from 'chai';
import type { ContainerResources } from '../../src/model/step.ts';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

const MEBIBYTE = 1024 * 1024;

export function containerUpdate(get: () => Scratch): void {
  it('fills in twice the memory as memory and swap', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { Memory: 64 * MEBIBYTE } });
    expect((await scratch.inspect(id)).HostConfig).to.include({ MemorySwap: 128 * MEBIBYTE });
  });

  it('changes limits of a container that goes on running', async () => {
    const scratch = get();
    const id = await scratch.run({ HostConfig: { Memory: 64 * MEBIBYTE } });
    const started = (await scratch.inspect(id)).State.StartedAt;
    const limits = { Memory: 80 * MEBIBYTE, MemorySwap: 90 * MEBIBYTE, CpuShares: 512, PidsLimit: 50 };
    await scratch.engine.updateContainer(id, { ...limits, NanoCpus: 5e8, MemoryReservation: 32 * MEBIBYTE });
    const { HostConfig, State } = await scratch.inspect(id);
    expect(HostConfig).to.include({ ...limits, NanoCpus: 5e8, MemoryReservation: 32 * MEBIBYTE });
    expect(State).to.include({ Status: 'running', StartedAt: started });
  });

  it('leaves alone what is zero or empty', async () => {
    const scratch = get();
    const limits = { Memory: 64 * MEBIBYTE, MemorySwap: 64 * MEBIBYTE, NanoCpus: 5e8, CpuShares: 512, CpusetCpus: '0' };
    const id = await scratch.create({ HostConfig: limits });
    const none = { Memory: 0, MemorySwap: 0, NanoCpus: 0, CpuShares: 0, CpusetCpus: '' };
    await scratch.engine.updateContainer(id, { ...none, RestartPolicy: { Name: '', MaximumRetryCount: 0 } });
    expect((await scratch.inspect(id)).HostConfig).to.include(limits);
  });

  it('ignores what it cannot change', async () => {
    const scratch = get();
    const id = await scratch.create({ Labels: { colour: 'red' } });
    const unknown = { ShmSize: 1, Labels: { colour: 'blue' }, CpuShares: 256 } as ContainerResources;
    await scratch.engine.updateContainer(id, unknown);
    const { Config, HostConfig } = await scratch.inspect(id);
    expect(Config.Labels).to.include({ colour: 'red' });
    expect(HostConfig).to.include({ ShmSize: 64 * MEBIBYTE, CpuShares: 256 });
  });

  it('takes away the limit of processes, and that alone', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { PidsLimit: 10 } });
    await scratch.engine.updateContainer(id, { PidsLimit: 0 });
    expect((await scratch.inspect(id)).HostConfig.PidsLimit).to.equal(0);
  });

  it('shows no limit of processes as null after create', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { PidsLimit: -1 } });
    expect((await scratch.inspect(id)).HostConfig.PidsLimit).to.equal(null);
  });

  it('refuses memory above the swap that is set, unless both are given', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { Memory: 64 * MEBIBYTE } });
    await expectEngineError(scratch.engine.updateContainer(id, { Memory: 256 * MEBIBYTE }), 'ENGINE_CONFLICT');
    await scratch.engine.updateContainer(id, { Memory: 256 * MEBIBYTE, MemorySwap: -1 });
    expect((await scratch.inspect(id)).HostConfig).to.include({ Memory: 256 * MEBIBYTE, MemorySwap: -1 });
  });

  it('refuses memory alone where none was limited', async () => {
    const scratch = get();
    const id = await scratch.create();
    await expectEngineError(scratch.engine.updateContainer(id, { Memory: 64 * MEBIBYTE }), 'ENGINE_CONFLICT');
  });

  it('refuses CPUs where a quota is set, and the other way round', async () => {
    const scratch = get();
    const quota = await scratch.create({ HostConfig: { CpuQuota: 50_000 } });
    await expectEngineError(scratch.engine.updateContainer(quota, { NanoCpus: 5e8 }), 'ENGINE_CONFLICT');
    const cpus = await scratch.create({ HostConfig: { NanoCpus: 5e8 } });
    await expectEngineError(scratch.engine.updateContainer(cpus, { CpuQuota: 50_000 }), 'ENGINE_CONFLICT');
  });

  it('changes the restart policy, and checks it', async () => {
    const scratch = get();
    const id = await scratch.create({ HostConfig: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } } });
    const wrong = { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } };
    await expectEngineError(scratch.engine.updateContainer(id, wrong), 'ENGINE_BAD_REQUEST');
    const RestartPolicy = { Name: 'on-failure', MaximumRetryCount: 3 };
    await scratch.engine.updateContainer(id, { RestartPolicy });
    expect((await scratch.inspect(id)).HostConfig.RestartPolicy).to.deep.equal(RestartPolicy);
    await scratch.engine.updateContainer(id, { RestartPolicy: { Name: 'no', MaximumRetryCount: 0 } });
    expect((await scratch.inspect(id)).HostConfig.RestartPolicy?.Name).to.equal('no');
  });

  it('refuses too little memory', async () => {
    const scratch = get();
    const id = await scratch.create();
    await expectEngineError(scratch.engine.updateContainer(id, { Memory: 1_000 }), 'ENGINE_BAD_REQUEST');
  });

  it('takes an empty update as done', async () => {
    const scratch = get();
    const id = await scratch.create();
    await scratch.engine.updateContainer(id, {});
  });
}
