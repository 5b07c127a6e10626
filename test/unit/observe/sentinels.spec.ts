import { expect } from 'chai';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeSentinel } from '../../../src/apply/steps/write-sentinel.ts';
import { realHostFiles, type HostFiles } from '../../../src/observe/host-files.ts';
import { deviceText } from '../../../src/observe/mounts/mounts-on-way.ts';
import { SentinelObserver } from '../../../src/observe/sentinels.ts';
import { StrayMounts } from '../../../src/observe/stray-mounts.ts';
import { container, desiredState, directory as wantedDirectory, observedContainer } from '../../support/planning.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError } from '../apply/step-context.ts';

describe('sentinels on the disk', () => {
  const directory = temporaryDirectory('sentinels');
  const data = (): string => join(directory(), 'data');
  const target = 'Directory/data';
  const sentinel = (): string => join(data(), '.bastion-sentinel');
  const wanted = () => desiredState([wantedDirectory('data', { path: data(), sentinel: true })]);
  const look = async (observer = new SentinelObserver(Date.now)) => (await observer.observe(wanted()))[target];
  const inode = (): string => `${statSync(data()).dev}:${statSync(data()).ino}`;

  beforeEach(() => mkdirSync(data()));

  it('are made once, readable by everybody, and found again with the directory that they mark', async () => {
    expect(await look()).to.deep.equal({ state: 'missing', inode: inode() });
    await writeSentinel({ path: data() }, { target });
    const text = readFileSync(sentinel(), 'utf8');
    expect(text)
      .to.contain('for Directory/data')
      .and.match(/^id [0-9a-f]{32}$/m);
    expect(statSync(sentinel()).mode & 0o777).to.equal(0o444);
    const found = await look();
    expect(found).to.include({ state: 'present', inode: inode() });
    await writeSentinel({ path: data() }, { target });
    expect(readFileSync(sentinel(), 'utf8')).to.equal(text);
    expect(await look()).to.deep.equal(found);
  });

  it('differ from one directory to the next', async () => {
    await writeSentinel({ path: data() }, { target });
    const first = await look();
    renameSync(data(), `${data()}.old`);
    mkdirSync(data());
    expect(await look()).to.include({ state: 'missing' });
    await writeSentinel({ path: data() }, { target });
    expect(await look())
      .to.have.property('id')
      .that.does.not.equal(first?.state === 'present' ? first.id : '');
  });

  it('are not made where there is no directory any more', async () => {
    rmSync(data(), { recursive: true });
    expect(await look()).to.deep.equal({ state: 'missing' });
    expect(await expectStepError(writeSentinel({ path: data() }, { target }), 'UNSAFE_PATH')).to.contain(
      'look at its disk',
    );
  });

  it('that hold something else are none, and are not written over', async () => {
    writeFileSync(sentinel(), 'mine');
    expect(await look())
      .to.have.property('error')
      .that.contains('not as bastion writes it');
    await writeSentinel({ path: data() }, { target });
    expect(readFileSync(sentinel(), 'utf8')).to.equal('mine');
  });

  it('that cannot be read are told of in words', async () => {
    await writeSentinel({ path: data() }, { target });
    const read = (): Promise<Buffer> =>
      Promise.reject(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }));
    const observer = new SentinelObserver(Date.now, { ...realHostFiles, read });
    expect(Object.values(await observer.observe(wanted()))).to.deep.equal([
      { state: 'unreadable', error: 'the disk reports an error; look at the kernel log' },
    ]);
  });

  it('are read once, and told of as the same object, while nothing changes', async () => {
    await writeSentinel({ path: data() }, { target });
    let reads = 0;
    const counting: HostFiles = {
      ...realHostFiles,
      read: (...args) => {
        reads += 1;
        return realHostFiles.read(...args);
      },
    };
    const observer = new SentinelObserver(() => Date.now() + 60_000, counting);
    const first = await observer.observe(wanted());
    expect(await observer.observe(wanted())).to.equal(first);
    expect(reads).to.equal(1);
  });

  describe('and mounts of another directory', () => {
    const db = () =>
      container('db', { volumes: [{ type: 'bind', source: data(), target: '/data', read_only: false }] });
    const pid = 4711;
    const seen = (of = db()) => observedContainer(of, { pid });

    /** A host whose process sees `inside` at /data, by these mounts, and belongs to a control group of this name. */
    function host(inside: string, group: string, mounts = '22 1 8:1 / / rw - overlay overlay rw\n'): HostFiles {
      return {
        ...realHostFiles,
        status: (path, links) => realHostFiles.status(path === `/proc/${pid}/root/data` ? inside : path, links),
        read: (path, ...rest) =>
          path === `/proc/${pid}/cgroup`
            ? Promise.resolve(Buffer.from(`0::/system.slice/docker-${group}.scope\n`))
            : path === `/proc/${pid}/mountinfo`
              ? Promise.resolve(Buffer.from(mounts))
              : realHostFiles.read(path, ...rest),
      };
    }

    it('are found, and only then', async () => {
      const there = host(data(), seen().id);
      expect(await new StrayMounts(there).observe(wanted(), [seen()])).to.deep.equal({});
      const elsewhere = host(dirname(data()), seen().id);
      expect(await new StrayMounts(elsewhere).observe(wanted(), [seen()])).to.deep.equal({ [seen().id]: [data()] });
    });

    it('are found without touching a file system that nobody knows to answer', async () => {
      const touched: string[] = [];
      const look = async (mounts: string) => {
        const files = host(data(), seen().id, mounts);
        const status: HostFiles['status'] = (path, links) => {
          touched.push(path);
          return files.status(path, links);
        };
        return new StrayMounts({ ...files, status }).observe(wanted(), [seen()]);
      };
      const away = '23 22 0:44 / /data rw - nfs4 nas:/export rw\n';
      expect(await look(away)).to.deep.equal({ [seen().id]: [data()] });
      expect(await look('23 22 0:44 / / rw - fuse x rw\n24 23 8:1 / /data rw - ext4 /dev/sda1 rw\n')).to.deep.equal({});
      expect(touched).to.deep.equal([data(), data()]);
      // The same one was looked at from here just now.
      expect(await look(away.replace('0:44', deviceText(BigInt(statSync(data()).dev))))).to.deep.equal({});
      expect(touched.at(-1)).to.equal(`/proc/${pid}/root/data`);
    });

    it('are not claimed of a process that is not known to be the container', async () => {
      const foreign = host(dirname(data()), 'b'.repeat(64));
      expect(await new StrayMounts(foreign).observe(wanted(), [seen()])).to.deep.equal({});
      expect(await new StrayMounts(realHostFiles).observe(wanted(), [seen()])).to.deep.equal({});
      const { pid: _, ...stopped } = seen();
      expect(await new StrayMounts(foreign).observe(wanted(), [stopped])).to.deep.equal({});
    });
  });
});
