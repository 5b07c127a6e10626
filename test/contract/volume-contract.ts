import { expect } from 'chai';
import type { VolumeInspect } from '../../src/engine/wire.ts';
import { expectEngineError } from '../support/expect-error.ts';
import type { Scratch } from './scratch.ts';

export function volumeContract(get: () => Scratch): void {
  const find = async (name: string): Promise<VolumeInspect | undefined> =>
    (await get().engine.listVolumes()).find((volume) => volume.Name === name);

  it('makes a volume and lists it', async () => {
    const name = await get().volume({ colour: 'red' });
    const volume = await find(name);
    expect(volume).to.deep.include({ Driver: 'local', Labels: { colour: 'red' }, Options: {}, Scope: 'local' });
    expect(volume?.CreatedAt).to.match(/^\d{4}-\d\d-\d\dT/);
  });

  it('gives back the volume that exists, without a word, whatever was asked for', async () => {
    const name = await get().volume({ colour: 'red' });
    await get().volume({ colour: 'blue' }, name);
    expect((await find(name))?.Labels).to.deep.equal({ colour: 'red' });
  });

  it('takes an absent volume as removed', async () => {
    const name = await get().volume();
    await get().engine.removeVolume(name);
    expect(await find(name)).to.equal(undefined);
    await get().engine.removeVolume(name);
  });

  it('makes the volumes that a container mounts, without labels', async () => {
    const name = get().volumeName();
    await get().create({ HostConfig: { Mounts: [{ Type: 'volume', Source: name, Target: '/data' }] } });
    expect((await find(name))?.Labels).to.equal(null);
  });

  it('does not remove a volume that a container mounts, even a stopped one', async () => {
    const scratch = get();
    const name = await scratch.volume();
    const id = await scratch.create({ HostConfig: { Mounts: [{ Type: 'volume', Source: name, Target: '/data' }] } });
    await expectEngineError(scratch.engine.removeVolume(name), 'ENGINE_CONFLICT');
    await scratch.engine.removeContainer(id, true);
    expect(await find(name), 'a named volume survives its container').not.to.equal(undefined);
    await scratch.engine.removeVolume(name);
  });

  it('shows the mounts of a container by their destination', async () => {
    const scratch = get();
    const name = await scratch.volume();
    const id = await scratch.create({
      HostConfig: {
        Mounts: [
          { Type: 'volume', Source: name, Target: '/data/', ReadOnly: true },
          { Type: 'bind', Source: '/etc', Target: '/host', ReadOnly: true },
          { Type: 'tmpfs', Target: '/scratch', TmpfsOptions: { SizeBytes: 1_000_000, Mode: 0o755 } },
        ],
        Tmpfs: { '/other': 'size=1m' },
      },
    });
    const { Mounts, HostConfig } = await scratch.inspect(id);
    const seen = Object.fromEntries(
      Mounts.map(({ Destination, Type, Name, RW, Propagation }) => [Destination, { Type, Name, RW, Propagation }]),
    );
    expect(seen).to.deep.equal({
      '/data': { Type: 'volume', Name: name, RW: false, Propagation: '' },
      '/host': { Type: 'bind', Name: undefined, RW: false, Propagation: 'rprivate' },
      '/scratch': { Type: 'tmpfs', Name: undefined, RW: true, Propagation: '' },
    });
    expect(HostConfig.Tmpfs).to.deep.equal({ '/other': 'size=1m' });
  });

  it('gives an anonymous volume to every VOLUME of the image that nothing covers', async () => {
    const scratch = get();
    const { reference } = await scratch.build(`FROM ${scratch.image}\nVOLUME /covered /open\n`);
    const id = await scratch.create({
      Image: reference,
      HostConfig: { Mounts: [{ Type: 'tmpfs', Target: '/covered' }] },
    });
    const { Mounts } = await scratch.inspect(id);
    const volumes = Mounts.filter((mount) => mount.Type === 'volume');
    expect(volumes.map((mount) => mount.Destination)).to.deep.equal(['/open']);
    expect(volumes[0]?.Name).to.match(/^[0-9a-f]{64}$/);
  });

  it('removes anonymous volumes with their container only when told to', async () => {
    const scratch = get();
    for (const removed of [true, false]) {
      const id = await scratch.create({ Volumes: { '/data': {} } });
      const name = (await scratch.inspect(id)).Mounts[0]?.Name ?? '';
      await scratch.engine.removeContainer(id, removed);
      expect((await find(name)) === undefined).to.equal(removed);
      await scratch.engine.removeVolume(name);
    }
  });
}
