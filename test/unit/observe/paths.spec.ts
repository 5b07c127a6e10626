import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HASHED_SIZE_LIMIT, PathObserver } from '../../../src/observe/paths.ts';
import { ownContainerId } from '../../../src/observe/own-container.ts';
import { AccountFile } from '../../../src/observe/users.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('PathObserver', () => {
  const directory = temporaryDirectory('paths');
  const at = (name: string): string => join(directory(), name);

  it('tells what is there without following symlinks', async () => {
    writeFileSync(at('file'), 'hello');
    chmodSync(at('file'), 0o640);
    mkdirSync(at('directory'));
    symlinkSync('file', at('link'));
    const names = ['file', 'directory', 'link', 'nothing', 'file/below'];
    const found = await new PathObserver(Date.now).observe(names.map(at));
    expect(names.map((name) => found[at(name)]?.type)).to.deep.equal([
      'file',
      'directory',
      'symlink',
      'missing',
      'unreadable',
    ]);
    expect(found[at('file')]).to.include({ mode: 0o640, uid: process.getuid?.(), digest: sha256('hello') });
    expect(found[at('file/below')]?.error).to.equal('something above it is not a directory');
    expect(found[at('link')]).not.to.have.property('digest');
  });

  it('returns the same object while nothing changed, and sees a change of the same size with an old time', async () => {
    writeFileSync(at('file'), 'hello');
    utimesSync(at('file'), 1, 1);
    const observer = new PathObserver(() => Date.now() + 60_000);
    const first = await observer.observe([at('file')]);
    expect((await observer.observe([at('file')]))[at('file')]).to.equal(first[at('file')]);
    writeFileSync(at('file'), 'world');
    utimesSync(at('file'), 1, 1);
    expect((await observer.observe([at('file')]))[at('file')]?.digest).to.equal(sha256('world'));
  });

  it('takes no digest of what is sealed, and forgets the one that it has', async () => {
    writeFileSync(at('secret'), 'hunter2');
    writeFileSync(at('empty'), '');
    const observer = new PathObserver(() => Date.now() + 60_000);
    const paths = [at('secret'), at('empty')];
    expect((await observer.observe(paths))[at('secret')]).to.have.property('digest');
    const found = await observer.observe(paths, new Set(paths));
    expect(found[at('secret')]).to.include({ type: 'file' }).and.not.to.have.any.keys('digest', 'isEmpty');
    expect(found[at('empty')]).to.include({ type: 'file', isEmpty: true }).and.not.to.have.property('digest');
  });

  it('says where a symlink leads, as written, and sees that it leads elsewhere', async () => {
    symlinkSync('../live/web/tls.crt', at('link'));
    const observer = new PathObserver(() => Date.now() + 60_000);
    const first = (await observer.observe([at('link')]))[at('link')];
    expect(first).to.include({ type: 'symlink', target: '../live/web/tls.crt' });
    expect((await observer.observe([at('link')]))[at('link')]).to.equal(first);
    symlinkSync('elsewhere', at('next'));
    renameSync(at('next'), at('link'));
    expect((await observer.observe([at('link')]))[at('link')]?.target).to.equal('elsewhere');
  });

  it('has the text of what is patched, as long as it is text and not large', async () => {
    const path = join(directory(), 'traefik.yml');
    const observer = new PathObserver(() => Date.now() + 60_000);
    const look = async () => (await observer.observe([path], new Set(), new Set([path])))[path];
    writeFileSync(path, 'größe: 1\n');
    const first = await look();
    expect(first?.text).to.equal('größe: 1\n');
    expect(await look()).to.equal(first);
    writeFileSync(path, 'größe: 2\n');
    expect((await look())?.text).to.equal('größe: 2\n');
    writeFileSync(path, Buffer.from([0xff, 0xfe, 0x41]));
    expect(await look()).to.have.property('digest');
    expect(await look()).not.to.have.property('text');
    writeFileSync(path, 'x'.repeat(256 * 1024));
    expect((await look())?.text).to.have.length(256 * 1024);
    writeFileSync(path, 'x'.repeat(256 * 1024 + 1));
    expect(await look()).not.to.have.property('text');
    // Not wanted any more, and wanted again, with the digest known.
    writeFileSync(path, 'a: 1\n');
    expect((await observer.observe([path]))[path]).not.to.have.property('text');
    expect((await look())?.text).to.equal('a: 1\n');
    expect((await observer.observe([path]))[path]).not.to.have.property('text');
  });

  it('does not hash what is too large to be ours', async () => {
    writeFileSync(at('large'), '');
    truncateSync(at('large'), Number(HASHED_SIZE_LIMIT) + 1);
    const found = await new PathObserver(Date.now).observe([at('large')]);
    expect(found[at('large')]).to.include({ type: 'file' }).and.not.to.have.property('digest');
  });
});

describe('AccountFile', () => {
  const directory = temporaryDirectory('accounts');

  it('reads names again only when the file changed', async () => {
    const path = join(directory(), 'passwd');
    const file = new AccountFile(path);
    expect(await file.read()).to.deep.equal({});
    writeFileSync(path, '# comment\nroot:x:0:0:root:/root:/bin/sh\nroot:x:7:7::/:\n+nis::::::\n');
    const first = await file.read();
    expect(first).to.deep.equal({ root: 0 });
    expect(await file.read()).to.equal(first);
    writeFileSync(path, 'root:x:0:0:root:/root:/bin/sh\nweb:x:12:12::/:\n');
    expect(await file.read()).to.deep.equal({ root: 0, web: 12 });
  });
});

describe('ownContainerId', () => {
  const id = '0123456789abcdef'.repeat(4);
  const host = (files: Record<string, string>) => (path: string) =>
    files[path] === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(files[path]);

  it('reads cgroup v1 paths and systemd scopes', async () => {
    expect(await ownContainerId(host({ '/proc/self/cgroup': `12:pids:/docker/${id}\n` }))).to.equal(id);
    expect(await ownContainerId(host({ '/proc/self/cgroup': `0::/system.slice/docker-${id}.scope\n` }))).to.equal(id);
  });

  it('reads the mounts where the cgroup says nothing', async () => {
    const mount = `1 2 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`;
    expect(await ownContainerId(host({ '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': mount }))).to.equal(id);
  });

  it('is undefined outside of a container', async () => {
    expect(await ownContainerId(host({ '/proc/self/cgroup': '0::/user.slice\n' }))).to.equal(undefined);
    expect(await ownContainerId(host({}))).to.equal(undefined);
  });
});
