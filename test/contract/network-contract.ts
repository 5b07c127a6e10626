import { expect } from 'chai';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

export function networkContract(get: () => Scratch): void {
  const explicit = (subnet: string): { IPAM: { Driver: string; Config: { Subnet: string }[] } } => ({
    IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] },
  });

  it('makes a network and lists it as asked for', async () => {
    const scratch = get();
    const Options = { 'com.docker.network.driver.mtu': '1400' };
    const name = await scratch.network({ Internal: true, Attachable: true, Options, Labels: { colour: 'red' } });
    const network = await scratch.findNetwork(name);
    expect(network.Id).to.match(/^[0-9a-f]{64}$/);
    expect(network).to.include({ Driver: 'bridge', Internal: true, Attachable: true, EnableIPv6: false });
    expect(network).to.deep.include({ Options, Labels: { colour: 'red' } });
  });

  it('chooses subnet and gateway, and shows both', async () => {
    const scratch = get();
    const { IPAM } = await scratch.findNetwork(await scratch.network());
    expect(IPAM.Driver).to.equal('default');
    expect(IPAM.Config).to.have.length(1);
    expect(IPAM.Config?.[0]?.Subnet).to.match(/\/\d+$/);
    expect(IPAM.Config?.[0]?.Gateway).to.match(/\.1$/);
  });

  it('shows a subnet that was asked for as it was asked for', async () => {
    const scratch = get();
    const { subnet, host } = scratch.subnet();
    const Config = [{ Subnet: subnet, Gateway: host(254), IPRange: subnet.replace('/24', '/25') }];
    const { IPAM } = await scratch.findNetwork(await scratch.network({ IPAM: { Driver: 'default', Config } }));
    expect(IPAM.Config).to.deep.equal(Config);
  });

  it('lists the networks that every engine has', async () => {
    const names = (await get().engine.listNetworks()).map((network) => network.Name);
    expect(names).to.include.members(['bridge', 'host', 'none']);
  });

  it('refuses a name that is taken', async () => {
    const scratch = get();
    const name = await scratch.network();
    await expectEngineError(scratch.network({}, name), 'ENGINE_CONFLICT');
    const body = { Driver: 'bridge', Internal: false, Attachable: false, EnableIPv6: false, Options: {}, Labels: {} };
    await expectEngineError(scratch.engine.createNetwork('host', body), 'ENGINE_CONFLICT');
  });

  it('refuses a subnet that overlaps another one', async () => {
    const scratch = get();
    const { subnet } = scratch.subnet();
    await scratch.network(explicit(subnet));
    await expectEngineError(scratch.network(explicit(subnet.replace('/24', '/25'))), 'ENGINE_CONFLICT');
  });

  it('removes a network by id or name, and takes an absent one as removed', async () => {
    const scratch = get();
    const first = await scratch.network();
    const { Id } = await scratch.findNetwork(first);
    await scratch.engine.removeNetwork(Id);
    await scratch.engine.removeNetwork(Id);
    const second = await scratch.network();
    await scratch.engine.removeNetwork(second);
    const names = (await scratch.engine.listNetworks()).map((network) => network.Name);
    expect(names).not.to.include.members([first, second]);
  });

  it('does not remove the networks that every engine has', async () => {
    await expectEngineError(get().engine.removeNetwork('bridge'), 'ENGINE_CONFLICT');
  });

  it('does not remove a network under a running container', async () => {
    const scratch = get();
    const network = await scratch.network();
    await scratch.run(scratch.inNetwork(network));
    await expectEngineError(scratch.engine.removeNetwork(network), 'ENGINE_CONFLICT');
  });

  it('removes a network under a stopped container, which then does not start', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run(scratch.inNetwork(network, { Aliases: ['other'] }));
    const { Id: old } = await scratch.findNetwork(network);
    await scratch.engine.stopContainer(id, 0);
    await scratch.engine.removeNetwork(network);
    const error = await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_NOT_FOUND');
    expect(error.message).to.contain(old);
    const { State, NetworkSettings } = await scratch.inspect(id);
    expect(State).to.include({ Status: 'exited', ExitCode: 137 });
    expect(State.Error).to.contain(old);
    expect(NetworkSettings.Networks?.[network]).to.include({ NetworkID: old });
  });

  it('lets a container whose network was made anew be repaired in place', async () => {
    const scratch = get();
    const network = await scratch.network();
    const id = await scratch.run(scratch.inNetwork(network, { Aliases: ['other'] }));
    await scratch.engine.stopContainer(id, 0);
    await scratch.engine.removeNetwork(network);
    await scratch.network({}, network);
    await expectEngineError(scratch.engine.startContainer(id), 'ENGINE_NOT_FOUND');
    await scratch.engine.disconnectNetwork(network, id);
    expect((await scratch.inspect(id)).NetworkSettings.Networks).to.deep.equal({});
    await scratch.engine.connectNetwork(network, id, { Aliases: ['other'] });
    await scratch.engine.startContainer(id);
    const endpoint = (await scratch.inspect(id)).NetworkSettings.Networks?.[network];
    expect(endpoint?.NetworkID).to.equal((await scratch.findNetwork(network)).Id);
    expect(endpoint?.Aliases).to.include('other');
  });
}
