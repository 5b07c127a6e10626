import { expect } from 'chai';
import type { EndpointSettings } from '../../src/engine/wire.ts';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

export function endpointContract(get: () => Scratch): void {
  const endpoints = async (id: string): Promise<Record<string, EndpointSettings | null>> =>
    (await get().inspect(id)).NetworkSettings.Networks ?? {};
  const fixedNetwork = async (): Promise<{ network: string; host: (number: number) => string }> => {
    const { subnet, host } = get().subnet();
    const IPAM = { Driver: 'default', Config: [{ Subnet: subnet }] };
    return { network: await get().network({ IPAM }), host };
  };
  const address = (IPv4Address: string): EndpointSettings => ({ IPAMConfig: { IPv4Address } });

  it('gives a container the default bridge unless told otherwise', async () => {
    const scratch = get();
    const id = await scratch.create();
    expect((await scratch.inspect(id)).HostConfig.NetworkMode).to.equal('default');
    expect(Object.keys(await endpoints(id))).to.deep.equal(['bridge']);
    await scratch.engine.startContainer(id);
    const endpoint = (await endpoints(id)).bridge;
    expect(endpoint?.NetworkID).to.equal((await scratch.findNetwork('bridge')).Id);
    expect(endpoint?.IPAddress).to.match(/^\d+(\.\d+){3}$/);
    expect(endpoint?.Aliases).to.equal(null);
  });

  it('adds the short id to the aliases at the start', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.create(scratch.inNetwork(network, { Aliases: ['web'] }));
    const created = (await endpoints(id))[network];
    expect(created).to.include({ NetworkID: '', IPAddress: '' });
    expect(created?.Aliases).to.deep.equal(['web']);
    await scratch.engine.startContainer(id);
    expect((await endpoints(id))[network]?.Aliases).to.deep.equal(['web', id.slice(0, 12)]);
  });

  it('keeps the network id, but no address, of a stopped container', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run(scratch.inNetwork(network, { Aliases: ['web'] }));
    const listed = (await scratch.engine.listContainers()).find((container) => container.Id === id);
    const running = (await endpoints(id))[network];
    expect(listed?.NetworkSettings?.Networks?.[network]?.IPAddress).to.equal(running?.IPAddress);
    await scratch.engine.stopContainer(id, 0);
    const stopped = (await endpoints(id))[network];
    expect(stopped).to.include({ NetworkID: running?.NetworkID, IPAddress: '' });
    expect(stopped?.Aliases).to.include('web');
  });

  it('does not start a container whose network does not exist', async () => {
    const scratch = get();
    const name = scratch.name('n');
    const id = await scratch.create({ HostConfig: { NetworkMode: name } });
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_NOT_FOUND');
    const { State } = await scratch.inspect(id);
    expect(State).to.include({ Status: 'created', ExitCode: 128, Error: `network ${name} not found` });
  });

  it('connects a container before its first start, and when it runs', async () => {
    const scratch = get();
    const [first, second, third] = [await scratch.network(), await scratch.network(), await scratch.network()];
    const id = await scratch.create(scratch.inNetwork(first));
    await scratch.engine.connectNetwork(second, id, { Aliases: ['two'] });
    expect((await endpoints(id))[second]).to.include({ NetworkID: '' });
    await scratch.engine.startContainer(id);
    await scratch.engine.connectNetwork(third, id, { Aliases: ['three'] });
    const live = await endpoints(id);
    expect(live).to.have.all.keys(first, second, third);
    for (const endpoint of Object.values(live)) expect(endpoint?.IPAddress).to.match(/^\d+\./);
    expect(live[second]?.Aliases).to.include('two');
    expect(live[third]?.Aliases).to.include('three');
  });

  it('refuses to connect a running container twice', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run(scratch.inNetwork(network));
    await expectEngineError(scratch.engine.connectNetwork(network, id, {}), 'ENGINE_CONFLICT');
  });

  it('keeps the first endpoint, without a word, of a stopped container that is connected twice', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.create(scratch.inNetwork(network, { Aliases: ['first'] }));
    await scratch.engine.connectNetwork(network, id, { Aliases: ['second'] });
    expect((await endpoints(id))[network]?.Aliases)
      .to.include('first')
      .and.not.to.include('second');
  });

  it('disconnects a container, and takes one that is not connected as done', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run();
    await scratch.engine.connectNetwork(network, id, {});
    await scratch.engine.disconnectNetwork(network, id);
    expect(await endpoints(id)).to.have.all.keys('bridge');
    await scratch.engine.disconnectNetwork(network, id);
    await scratch.engine.disconnectNetwork(scratch.name('n'), id);
    await scratch.engine.disconnectNetwork(network, scratch.name());
    await scratch.engine.disconnectNetwork('bridge', id);
    expect(await endpoints(id)).to.deep.equal({});
    expect((await scratch.inspect(id)).State.Running).to.equal(true);
  });

  it('does not connect to or with what does not exist', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run();
    await expectEngineError(scratch.engine.connectNetwork(scratch.name('n'), id, {}), 'ENGINE_NOT_FOUND');
    await expectEngineError(scratch.engine.connectNetwork(network, scratch.name(), {}), 'ENGINE_NOT_FOUND');
  });

  it('lets a stopped container be connected to a network that does not exist, which then does not start', async () => {
    const scratch = get();
    const id = await scratch.create();
    const name = scratch.name('n');
    await scratch.engine.connectNetwork(name, id, { Aliases: ['web'] });
    const endpoint = (await endpoints(id))[name];
    expect(endpoint).to.include({ NetworkID: '', IPAddress: '' });
    expect(endpoint?.Aliases).to.deep.equal(['web']);
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_NOT_FOUND');
    await scratch.engine.disconnectNetwork(name, id);
    await scratch.engine.startContainer(id);
  });

  it('gives a container the address that it asks for', async () => {
    const scratch = get();
    const { network, host } = await fixedNetwork();
    const id = await scratch.create(scratch.inNetwork(network, address(host(50))));
    expect((await endpoints(id))[network]?.IPAMConfig).to.deep.equal({ IPv4Address: host(50) });
    await scratch.engine.startContainer(id);
    expect((await endpoints(id))[network]).to.include({ IPAddress: host(50) });
  });

  it('finds out at the start that an address is taken', async () => {
    const scratch = get();
    const { network, host } = await fixedNetwork();
    const first = await scratch.run(scratch.inNetwork(network, address(host(50))));
    const second = await scratch.create(scratch.inNetwork(network, { ...address(host(50)), Aliases: ['web'] }));
    await expectEngineError(scratch.engine.startContainer(second), 'ENGINE_CONFLICT');
    const { State } = await scratch.inspect(second);
    expect(State).to.include({ Status: 'created', ExitCode: 128, Error: 'Address already in use' });
    expect((await endpoints(second))[network]?.Aliases).to.include('web');
    await scratch.engine.stopContainer(first, 0);
    await scratch.engine.startContainer(second);
    expect((await endpoints(second))[network]).to.include({ IPAddress: host(50) });
  });

  it('refuses at the start an address in a network without a subnet of ours', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.create(scratch.inNetwork(network, address('172.31.99.99')));
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_BAD_REQUEST');
  });

  it('leaves an unconnected endpoint behind when connecting a running container fails', async () => {
    const scratch = get();
    const { network, host } = await fixedNetwork();
    await scratch.run(scratch.inNetwork(network, address(host(50))));
    const id = await scratch.run();
    await expectEngineError(scratch.engine.connectNetwork(network, id, address(host(50))), 'ENGINE_CONFLICT');
    expect((await endpoints(id))[network]).to.include({ NetworkID: '', IPAddress: '' });
    await scratch.engine.connectNetwork(network, id, { Aliases: ['web'] });
    expect((await endpoints(id))[network]?.IPAddress).to.match(/^10\./);
  });

  it('refuses aliases on the default bridge', async () => {
    const scratch = get();
    const id = await scratch.create(scratch.inNetwork('bridge', { Aliases: ['web'] }));
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_BAD_REQUEST');
  });

  it('connects a container of the host or of no network to nothing else', async () => {
    const scratch = get();
    const network = await scratch.network();
    for (const NetworkMode of ['host', 'none']) {
      const id = await scratch.run({ HostConfig: { NetworkMode } });
      expect(await endpoints(id)).to.have.all.keys(NetworkMode);
      await expectEngineError(scratch.engine.connectNetwork(network, id, {}), 'ENGINE_BAD_REQUEST');
    }
  });

  it('lets a container join the network of another one that runs', async () => {
    const scratch = get();
    const name = scratch.name();
    const owner = await scratch.run({}, name);
    const id = await scratch.create({ HostConfig: { NetworkMode: `container:${name}` } });
    expect((await scratch.inspect(id)).HostConfig.NetworkMode).to.equal(`container:${owner}`);
    expect(await endpoints(id)).to.deep.equal({});
    await scratch.engine.stopContainer(owner, 0);
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_CONFLICT');
    await scratch.engine.startContainer(owner);
    await scratch.engine.startContainer(id);
    expect((await scratch.inspect(id)).Config.Hostname).to.equal(owner.slice(0, 12));
  });
}
