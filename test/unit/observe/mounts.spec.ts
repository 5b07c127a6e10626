import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { distantMounts, seenMounts } from '../../../src/observe/mounts/mount-table.ts';
import { deviceText, mountsOnWay } from '../../../src/observe/mounts/mounts-on-way.ts';
import { mountUnder } from '../../../src/observe/mounts/mount-under.ts';
import { MountWatch, SilentMountError } from '../../../src/observe/mounts/mount-watch.ts';
import type { Probe } from '../../../src/observe/mounts/probe.ts';
import { PathObserver } from '../../../src/observe/paths.ts';
import { answeringFiles } from '../../../src/observe/mounts/answering-files.ts';
import { realHostFiles } from '../../../src/observe/host-files.ts';

const NAS = '/mnt/nas';
const TABLE = [
  '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
  '23 22 0:5 / /dev rw - devtmpfs udev rw',
  '24 22 0:44 / /mnt/nas rw,relatime shared:9 - nfs4 nas:/export rw,vers=4.2',
  '25 22 0:45 / /mnt/with\\040blank rw - fuse.sshfs x rw',
  '26 22 8:2 / /srv rw - xfs /dev/sdb rw',
].join('\n');

/** Probes that are answered when the test says so. */
class FakeProbes {
  readonly asked: string[] = [];
  readonly #answers: ((isGood: boolean) => void)[] = [];
  cancelled = 0;
  isAnswering = false;

  readonly probe = (point: string): Probe => {
    this.asked.push(point);
    const answered = this.isAnswering
      ? Promise.resolve(true)
      : new Promise<boolean>((resolve) => this.#answers.push(resolve));
    return { answered, cancel: () => void this.cancelled++ };
  };

  answer(isGood = true): void {
    for (const resolve of this.#answers.splice(0)) resolve(isGood);
  }
}

describe('file systems that may not answer', () => {
  it('are all but those that the kernel answers for, and never the one that the machine runs from', () => {
    expect(distantMounts(TABLE)).to.deep.equal([
      { point: NAS, type: 'nfs4', device: '0:44', isDistant: true },
      { point: '/mnt/with blank', type: 'fuse.sshfs', device: '0:45', isDistant: true },
    ]);
    expect(distantMounts('22 1 0:1 / / rw - nfs root rw\n')).to.deep.equal([]);
    expect(distantMounts('')).to.deep.equal([]);
  });

  it('are found on the way of a path, through symlinks, without touching what lies beyond', () => {
    const links: Record<string, string> = { '/data': 'mnt/nas/x', '/opt/up': '../data/../y', '/loop': '/loop' };
    const read: string[] = [];
    const under = (path: string) =>
      mountUnder(path, new Set([NAS]), (each) => {
        read.push(each);
        return links[each];
      });
    for (const path of [NAS, `${NAS}/a/b`, '/data', '/data/deep', '/opt/up/z', '/srv/../mnt/nas'])
      expect(under(path), path).to.equal(NAS);
    for (const path of ['/', '/mnt', '/mnt/nasty', '/srv/x', '/loop/x']) expect(under(path), path).to.equal(undefined);
    expect(read.filter((path) => path.startsWith(NAS) && path !== '/mnt/nasty')).to.deep.equal([]);
  });

  it('are known on the way of a process to a path, with what covers another last', () => {
    const over = `${TABLE}\n27 24 8:3 / /mnt/nas rw - ext4 /dev/sdc rw\n28 27 0:46 / /mnt/nas/x rw - nfs y rw`;
    const way = (path: string) => mountsOnWay(over, path).map(({ point, type }) => `${point} ${type}`);
    expect(way('/mnt/nas/x/y')).to.deep.equal(['/ ext4', '/mnt/nas ext4', '/mnt/nas/x nfs']);
    expect(way('/mnt/nas/xy')).to.deep.equal(['/ ext4', '/mnt/nas ext4']);
    expect(way('/')).to.deep.equal(['/ ext4']);
  });

  it('are told apart by their device as stat(2) and the table of mounts name it', () => {
    const table = readFileSync('/proc/self/mountinfo', 'utf8');
    const proc = seenMounts(table).find(({ point, type }) => point === '/proc' && type === 'proc');
    expect(deviceText(statSync('/proc', { bigint: true }).dev)).to.equal(proc?.device);
    // As makedev(3) packs them.
    for (const [packed, shown] of Object.entries({
      '0x801': '8:1',
      '0x10002c': '0:300',
      '0x100011138870': '5000:70000',
    }))
      expect(deviceText(BigInt(packed))).to.equal(shown);
  });

  describe('are watched', () => {
    let probes: FakeProbes;
    let table: string;
    let watch: MountWatch;
    beforeEach(() => {
      probes = new FakeProbes();
      table = TABLE;
      watch = new MountWatch({
        readTable: () => table,
        readLink: () => undefined,
        probe: probes.probe,
        deadlines: { probe: 20, look: 20 },
      });
    });

    it('only where somebody needs one, and from then on', async () => {
      probes.isAnswering = true;
      await watch.refresh(['/srv/data', '/etc/x']);
      expect(probes.asked).to.deep.equal([]);
      await watch.refresh([`${NAS}/x`]);
      await watch.refresh();
      expect(probes.asked).to.deep.equal([NAS, NAS]);
      expect(watch.silenceAt(`${NAS}/x`)).to.equal(undefined);
    });

    it('and are not touched before they were asked', async () => {
      probes.isAnswering = true;
      await watch.refresh();
      for (const name of ['x', 'y'])
        expect(watch.silenceAt(`${NAS}/${name}`)).to.equal('the file system at /mnt/nas (nfs4) was not asked yet');
      await watch.refresh();
      expect(watch.silenceAt(`${NAS}/x`)).to.equal(undefined);
    });

    it('as the desired state is read, which is done anew for what had not been asked', async () => {
      probes.isAnswering = true;
      const seen: unknown[] = [];
      const again: unknown[] = [];
      const reading = (path: string) =>
        watch.readWith(async (silenceAt) => {
          seen.push(silenceAt(path));
          again.push(silenceAt(path));
          return Promise.resolve(seen.length);
        });
      expect(await reading('/srv/x')).to.equal(1);
      expect(await reading(`${NAS}/x`)).to.equal(3);
      expect(await reading(`${NAS}/y`)).to.equal(4);
      expect(seen.map((reason) => reason === undefined)).to.deep.equal([true, false, true, true]);
      expect(again, 'the same to whoever asks twice').to.deep.equal(seen);
      expect(probes.asked).to.deep.equal([NAS, NAS]);
      const broken = watch.readWith((silenceAt) => {
        if (silenceAt('/mnt/with blank/x') !== undefined) throw new Error('not whole');
        throw new Error('invalid');
      });
      expect(String(await broken.catch((error: unknown) => error))).to.equal('Error: invalid');
    });

    it('by one question each, however often they are looked at, and count as silent until it is answered', async () => {
      await watch.refresh([`${NAS}/a`, `${NAS}/b`]);
      expect(watch.silenceAt(`${NAS}/b`)).to.equal('the file system at /mnt/nas (nfs4) does not answer');
      expect(watch.silenceAt('/srv/x')).to.equal(undefined);
      await watch.refresh([`${NAS}/a`]);
      await watch.refresh([`${NAS}/a`]);
      expect(probes.asked).to.deep.equal([NAS]);
      probes.answer();
      probes.isAnswering = true;
      await watch.refresh([`${NAS}/a`]);
      expect(watch.silenceAt(`${NAS}/b`)).to.equal(undefined);
    });

    it('and stay silent after an error that came late, as of a soft mount whose server is gone', async () => {
      await watch.refresh([NAS]);
      probes.answer(false);
      await new Promise((resolve) => setImmediate(resolve));
      expect(watch.silenceAt(NAS)).to.contain('does not answer');
      await watch.refresh([NAS]);
      expect(probes.asked).to.deep.equal([NAS, NAS]);
      expect(watch.silenceAt(NAS)).to.contain('does not answer');
      probes.answer(false);
      await new Promise((resolve) => setImmediate(resolve));
      setImmediate(() => probes.answer(false));
      await watch.refresh([NAS]);
      expect(watch.silenceAt(NAS), 'an error at once is an answer').to.equal(undefined);
    });

    it('and are nobody’s concern once they are unmounted', async () => {
      await watch.refresh([NAS]);
      table = TABLE.replace(/.*nfs4.*\n/, '');
      await watch.refresh([NAS]);
      expect(watch.silenceAt(NAS)).to.equal(undefined);
      // Mounted again while the old question is still open, it is not taken to answer.
      table = TABLE;
      await watch.refresh([NAS]);
      expect(watch.silenceAt(NAS)).to.contain('does not answer');
      watch.close();
      expect(probes.cancelled).to.equal(1);
    });

    it('so that one that falls silent after the question holds up one look, and no longer than its deadline', async () => {
      probes.isAnswering = true;
      await watch.refresh([NAS]);
      let calls = 0;
      const hang = () => {
        calls++;
        return new Promise<never>(() => undefined);
      };
      const looks = ['a', 'b', 'c'].map((name) => watch.look(`${NAS}/${name}`, hang).catch((error: unknown) => error));
      for (const error of await Promise.all(looks)) expect(error).to.be.instanceOf(SilentMountError);
      expect(calls).to.equal(1);
      expect(await watch.look('/srv/x', () => Promise.resolve('near'))).to.equal('near');
      // The hanging look is outstanding, and nobody asks in addition.
      await watch.refresh([NAS]);
      expect(probes.asked).to.deep.equal([NAS]);
      expect(watch.silenceAt(NAS)).to.contain('does not answer');
    });

    it('and stay silent while a look is outstanding, though the question that was asked meanwhile is answered', async () => {
      probes.isAnswering = true;
      await watch.refresh([NAS]);
      let calls = 0;
      const look = () => watch.look(NAS, () => (calls++, new Promise<never>(() => undefined))).catch(() => undefined);
      probes.isAnswering = false;
      await Promise.all([look(), watch.refresh([NAS])]);
      probes.answer();
      await Promise.all([watch.refresh([NAS]), look()]);
      expect(watch.silenceAt(NAS)).to.contain('does not answer');
      expect(calls).to.equal(1);
    });

    it('and stay silent to all others until what was read without them is read again', async () => {
      const read = () =>
        watch.readWith((silenceAt) => Promise.resolve([silenceAt(`${NAS}/x`), silenceAt('/srv/x')] as const));
      expect(await read()).to.deep.equal([watch.silenceAt(NAS), undefined]);
      probes.answer();
      probes.isAnswering = true;
      await watch.refresh([NAS, '/mnt/with blank']);
      const again = 'did not answer when the desired state was read, which is done again within a minute';
      expect(watch.silenceAt(`${NAS}/y`)).to.equal(`the file system at /mnt/nas (nfs4) ${again}`);
      expect(watch.silenceAt('/mnt/with blank'), 'nobody had asked for it').to.equal(undefined);
      table = '';
      await watch.refresh([NAS]);
      expect(watch.silenceAt(`${NAS}/y`)).to.equal(`the file system at /mnt/nas (unmounted) ${again}`);
      expect(await read()).to.deep.equal([undefined, undefined]);
      expect(watch.silenceAt(`${NAS}/y`)).to.equal(undefined);
    });

    it('and answer again when a look that took too long has come back', async () => {
      probes.isAnswering = true;
      await watch.refresh([NAS]);
      let finish = (): void => undefined;
      const slow = watch.look(NAS, () => new Promise<void>((resolve) => (finish = resolve)));
      expect(await slow.catch((error: unknown) => error)).to.be.instanceOf(SilentMountError);
      finish();
      // What hung has come back once nothing is left to be done of it.
      await new Promise((resolve) => setImmediate(resolve));
      probes.isAnswering = false;
      setImmediate(() => probes.answer());
      await watch.refresh([NAS]);
      expect(watch.silenceAt(NAS), 'the new question is waited for').to.equal(undefined);
    });

    it('and what observes paths says so of those, and sees all others', async () => {
      const observer = new PathObserver(Date.now, watch);
      await watch.refresh([NAS]);
      const found = await observer.observe([`${NAS}/file`, '/']);
      expect(found[`${NAS}/file`]).to.include({
        type: 'unreadable',
        error: 'the file system at /mnt/nas (nfs4) does not answer',
      });
      expect(found['/']).to.include({ type: 'directory' });
    });

    it('with an injected file system that never answers, each kind of look ends', async () => {
      probes.isAnswering = true;
      await watch.refresh([NAS]);
      const never = () => new Promise<never>(() => undefined);
      const files = answeringFiles(watch, realHostFiles, { status: never, read: never, readLink: never, list: never });
      const looks = [
        files.status(NAS, 'keep'),
        files.read(NAS, 'keep', 10),
        files.readLink(NAS),
        files.list(NAS),
      ] as Promise<unknown>[];
      for (const look of looks) expect(await look.catch((error: unknown) => error)).to.be.instanceOf(SilentMountError);
      expect(await files.list('/')).to.include('proc');
    });
  });
});
