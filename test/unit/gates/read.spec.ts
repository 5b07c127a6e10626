import { execFile } from 'node:child_process';
import { chmod, link, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { readGates } from '../../../src/gates/read.ts';
import type { GateFiles } from '../../../src/model/gates.ts';

const run = promisify(execFile);

describe('readGates', () => {
  let root = '';
  let gates = '';
  let desired = '';

  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'bastion-gates-')));
    gates = join(root, 'gates');
    desired = join(root, 'desired');
    await mkdir(join(gates, 'hold'), { recursive: true });
    await mkdir(desired);
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const read = (strict = false): Promise<GateFiles> =>
    readGates({ directory: gates, holdDirectory: join(gates, 'hold'), desiredDirectory: desired, strict });
  const touch = (path: string): Promise<void> => writeFile(path, '');

  it('counts a regular file as an open gate, with its time', async () => {
    await touch(join(gates, 'metrics-visible.ok'));
    const found = await read();
    expect(Object.keys(found.open)).to.deep.equal(['metrics-visible']);
    expect(found.open['metrics-visible']?.modifiedAt).to.be.greaterThan(0);
    expect(found.error).to.equal(undefined);
  });

  it('takes no notice of other names', async () => {
    for (const name of ['a', '.ok', 'a.ok~', 'a.OK']) await touch(join(gates, name));
    const found = await read();
    expect([Object.keys(found.open), Object.keys(found.refused)]).to.deep.equal([[], []]);
  });

  it('names the files that do not end in .ok, without backups, hidden ones and the directory of the holds', async () => {
    for (const name of ['a', 'b.ok', '.ok', 'a.ok~', 'a.OK']) await touch(join(gates, name));
    expect((await read()).strayFiles).to.deep.equal(['a', 'a.OK']);
  });

  it('has no gate open by the name of an object member', async () => {
    const found = await read();
    expect('constructor' in found.open).to.equal(false);
    expect('toString' in found.refused).to.equal(false);
  });

  it('refuses a symlink, a directory and a pipe, each by what it is', async () => {
    await touch(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(gates, 'link.ok'));
    await symlink(join(root, 'nowhere'), join(gates, 'dangling.ok'));
    await mkdir(join(gates, 'folder.ok'));
    await run('mkfifo', [join(gates, 'pipe.ok')]);
    const found = await read();
    expect(Object.keys(found.open)).to.deep.equal([]);
    expect(found.refused['link']).to.contain('a symlink');
    expect(found.refused['dangling']).to.contain('a symlink');
    expect(found.refused['folder']).to.contain('a directory');
    expect(found.refused['pipe']).to.contain('a special file');
  });

  it('refuses a gates directory that is a symlink, even to a good one', async () => {
    await touch(join(gates, 'a.ok'));
    await symlink(gates, join(root, 'alias'));
    const found = await readGates({
      directory: join(root, 'alias'),
      holdDirectory: join(gates, 'hold'),
      desiredDirectory: desired,
      strict: false,
    });
    expect(Object.keys(found.open)).to.deep.equal([]);
    expect(found.error).to.contain('a symlink');
  });

  it('says mkdir when the directory is missing, and everything is closed', async () => {
    await rm(gates, { recursive: true });
    const found = await read();
    expect(found.error).to.contain(`mkdir -p ${gates}`);
    expect(Object.keys(found.open)).to.deep.equal([]);
  });

  it('refuses what lies in the desired-state directory', async () => {
    gates = join(desired, 'gates');
    await mkdir(gates);
    await touch(join(gates, 'a.ok'));
    expect((await read()).refused['a']).to.contain('keep gates outside');
  });

  it('refuses a hard link to a file of the desired state, but not to another file', async () => {
    await mkdir(join(desired, 'sub'));
    await touch(join(desired, 'sub', 'x.yaml'));
    await link(join(desired, 'sub', 'x.yaml'), join(gates, 'carried.ok'));
    await touch(join(root, 'own'));
    await link(join(root, 'own'), join(gates, 'own.ok'));
    const found = await read();
    expect(found.refused['carried']).to.contain('hard link');
    expect(Object.keys(found.open)).to.deep.equal(['own']);
  });

  it('refuses a file beside the desired state that the same repository tracks, and accepts an untracked one', async () => {
    await run('git', ['-C', root, 'init', '-q']);
    await touch(join(gates, 'tracked.ok'));
    await run('git', ['-C', root, 'add', 'gates/tracked.ok']);
    await touch(join(gates, 'touched.ok'));
    const found = await read();
    expect(found.refused['tracked']).to.contain('the repository');
    expect(Object.keys(found.open)).to.deep.equal(['touched']);
  });

  it('refuses what an outer repository tracks when the desired state is a repository of its own in it', async () => {
    await run('git', ['-C', root, 'init', '-q']);
    await run('git', ['-C', desired, 'init', '-q']);
    await touch(join(gates, 'tracked.ok'));
    await run('git', ['-C', root, 'add', 'gates/tracked.ok']);
    await touch(join(gates, 'touched.ok'));
    const found = await read();
    expect(found.refused['tracked']).to.contain('the repository');
    expect(Object.keys(found.open)).to.deep.equal(['touched']);
  });

  it('compares whole paths with what the repository tracks', async () => {
    await run('git', ['-C', root, 'init', '-q']);
    await mkdir(join(root, 'example', 'gates'), { recursive: true });
    await touch(join(root, 'example', 'gates', 'a.ok'));
    await run('git', ['-C', root, 'add', 'example']);
    await touch(join(gates, 'a.ok'));
    expect(Object.keys((await read()).open)).to.deep.equal(['a']);
  });

  it('refuses everything when the index is split, because the rest lies elsewhere', async () => {
    await run('git', ['-C', root, 'init', '-q']);
    await touch(join(gates, 'tracked.ok'));
    await run('git', ['-C', root, 'add', 'gates/tracked.ok']);
    await run('git', ['-C', root, 'update-index', '--split-index']);
    const found = await read();
    expect(found.refused['tracked']).to.contain('cannot be read');
    expect(Object.keys(found.open)).to.deep.equal([]);
  });

  it('refuses everything in a work tree whose index it cannot search', async () => {
    await run('git', ['-C', root, 'init', '-q']);
    await touch(join(gates, 'tracked.ok'));
    await run('git', ['-C', root, 'add', 'gates/tracked.ok']);
    await run('git', ['-C', root, 'update-index', '--index-version', '4']);
    expect((await read()).refused['tracked']).to.contain('cannot be read');
  });

  describe('strict', () => {
    it('refuses when the operator may write the directory', async () => {
      await touch(join(gates, 'a.ok'));
      const found = await read(true);
      expect(found.refused['a']).to.contain('by the operator itself');
      expect((await read(false)).refused['a']).to.equal(undefined);
    });

    it('refuses when the group or the world may write the directory', async () => {
      await touch(join(gates, 'a.ok'));
      await chmod(gates, 0o775);
      expect((await read(true)).refused['a']).to.contain('chmod go-w');
    });

    it('accepts what another user made where the operator may not write', async function () {
      if (process.getuid?.() !== 0) return this.skip();
      await chmod(root, 0o755);
      await touch(join(gates, 'mine.ok'));
      await touch(join(gates, 'public.ok'));
      await chmod(join(gates, 'public.ok'), 0o666);
      const found = await readAsNobody(gates, desired);
      expect(found.open).to.deep.equal(['mine']);
      expect(found.refused['public']).to.contain('by the world');
    });

    it('refuses what the owner of the manifests may have checked out without a .git', async function () {
      if (process.getuid?.() !== 0) return this.skip();
      await chmod(root, 0o755);
      await touch(join(gates, 'a.ok'));
      await touch(join(desired, 'a.yaml'));
      expect((await readAsNobody(gates, desired)).refused['a']).to.contain('may have checked it out');
      await run('git', ['-C', desired, 'init', '-q']);
      expect((await readAsNobody(gates, desired)).open, 'a work tree without the gates').to.deep.equal(['a']);
      await rm(join(desired, '.git'), { recursive: true });
      await run('chown', ['65533', join(desired, 'a.yaml')]);
      expect((await readAsNobody(gates, desired)).open, 'manifests of another user').to.deep.equal(['a']);
    });

    it('refuses an owner who took the write permission from himself', async function () {
      if (process.getuid?.() !== 0) return this.skip();
      await chmod(root, 0o755);
      await touch(join(gates, 'a.ok'));
      await run('chown', ['65534', gates]);
      await chmod(gates, 0o555);
      expect((await readAsNobody(gates, desired)).refused['a']).to.contain('by the operator itself');
    });
  });

  describe('holds', () => {
    it('reads all, kinds and names, and no backups', async () => {
      for (const name of ['all', 'Container.web', 'Image.ghcr.io_x_y:1', 'notes', 'Container.web~', '.swp']) {
        await touch(join(gates, 'hold', name));
      }
      expect([...(await read()).holds]).to.deep.equal(['Container.web', 'Image.ghcr.io_x_y:1', 'all']);
    });

    it('has none without the directory', async () => {
      await rm(join(gates, 'hold'), { recursive: true });
      const found = await read();
      expect([found.holds.size, found.error]).to.deep.equal([0, undefined]);
    });

    it('holds everything when the directory cannot be read', async () => {
      await rm(join(gates, 'hold'), { recursive: true });
      await touch(join(gates, 'hold'));
      const found = await read();
      expect([...found.holds]).to.deep.equal(['all']);
      expect(found.error).to.contain('hold directory');
    });
  });
});

/** Strict reading in a process of uid 65534: permission bits mean nothing to root. */
async function readAsNobody(
  directory: string,
  desiredDirectory: string,
): Promise<{ open: string[]; refused: Record<string, string> }> {
  const module = new URL('../../../src/gates/read.ts', import.meta.url).href;
  const options = JSON.stringify({ directory, holdDirectory: join(directory, 'hold'), desiredDirectory, strict: true });
  const script = `import(${JSON.stringify(module)}).then(async ({ readGates }) => {
    process.setgroups([]); process.setgid(65534); process.setuid(65534);
    const found = await readGates(${options});
    process.stdout.write(JSON.stringify({ open: Object.keys(found.open), refused: found.refused }));
  });`;
  const { stdout } = await run(process.execPath, ['--import', 'tsx', '-e', script]);
  return JSON.parse(stdout) as { open: string[]; refused: Record<string, string> };
}
