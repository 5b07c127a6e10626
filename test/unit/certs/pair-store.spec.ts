import { expect } from 'chai';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { liveVersion, removeLeftovers, removeVersions } from '../../../src/certs/leftovers.ts';
import { isVersionName, versionName } from '../../../src/certs/pair-names.ts';
import { goLive, linkNames, readLive, readVersion, stageVersion } from '../../../src/certs/pair-store.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { TakenError } from '../../../src/certs/taken-error.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const ONE = versionName(1_700_000_000_000, 'aaaaaaaa11');
const TWO = versionName(1_700_000_000_001, 'bbbbbbbb22');
const UNOWNED = { uid: -1, gid: -1 };
const root = process.getuid?.() === 0;

function content(text: string) {
  return { key: Buffer.from(`key ${text}`), certificate: Buffer.from(`crt ${text}`), trust: Buffer.from(`ca ${text}`) };
}

async function rejection(call: Promise<unknown>): Promise<Error> {
  const error: unknown = await call.then(
    () => new Error('it resolved'),
    (reason: unknown) => reason,
  );
  return error as Error;
}

describe('pair store', () => {
  const directory = temporaryDirectory('pairs');
  const web = (name = ''): string => join(directory(), 'web', name);
  const publish = async (version: string, text: string): Promise<void> => {
    await stageVersion(realFiles, web(), version, content(text), UNOWNED, 0o400);
    await goLive(realFiles, web(), version);
  };
  const mode = (path: string): number => statSync(path).mode & 0o7777;

  it('makes everything with its modes, whatever the umask, and leads there by relative links', async () => {
    const umask = process.umask(0o077);
    try {
      await publish(ONE, 'one');
    } finally {
      process.umask(umask);
    }
    expect([mode(web()), mode(web(ONE))]).to.deep.equal([0o755, 0o755]);
    expect(['tls.key', 'tls.crt', 'ca.crt'].map((name) => mode(web(name)))).to.deep.equal([0o400, 0o444, 0o444]);
    expect(readlinkSync(web('..data'))).to.equal(ONE);
    expect(readlinkSync(web('tls.crt'))).to.equal('..data/tls.crt');
    expect(readFileSync(web('tls.key'), 'utf8')).to.equal('key one');
    expect(readdirSync(web()).sort()).to.deep.equal(['..data', ONE, 'ca.crt', 'tls.crt', 'tls.key'].sort());
  });

  it('gives the key to its owner, and nothing else: what a service could exchange would lead us astray', async function () {
    if (!root) this.skip();
    await stageVersion(realFiles, web(), ONE, content('one'), { uid: 1234, gid: 2345 }, 0o440);
    const ownerOf = (path: string): number[] => [statSync(path).uid, statSync(path).gid];
    expect(ownerOf(web(join(ONE, 'tls.key')))).to.deep.equal([1234, 2345]);
    for (const path of [web(), web(ONE), web(join(ONE, 'tls.crt')), web(join(ONE, 'ca.crt'))])
      expect(ownerOf(path), path).to.deep.equal([process.getuid?.(), process.getgid?.()]);
    expect(mode(web(join(ONE, 'tls.key')))).to.equal(0o440);
  });

  it('changes all three by one rename, keeps the version before, and removes it when told', async () => {
    await publish(ONE, 'one');
    await stageVersion(realFiles, web(), TWO, content('two'), UNOWNED, 0o400);
    expect((await readLive(realFiles, web()))?.version).to.equal(ONE);
    const files = crashingFiles(realFiles);
    await goLive(files, web(), TWO);
    expect(files.asked.filter((operation) => operation === 'rename')).to.have.length(1);
    expect(await readLive(realFiles, web())).to.deep.include({ version: TWO, key: content('two').key });
    expect(await readVersion(realFiles, web(), TWO)).to.deep.equal(content('two'));
    await removeVersions(realFiles, web(), [ONE, TWO, '..data', 'ca.crt', '../elsewhere']);
    expect(existsSync(web(ONE))).to.equal(false);
    expect((await readLive(realFiles, web()))?.key.toString()).to.equal('key two');
  });

  it('leaves nothing of a version when the disk is full, whichever file it hits', async () => {
    await publish(ONE, 'one');
    const before = readdirSync(web());
    for (let number = 1; number <= 3; number++) {
      let created = 0;
      const fail = (operation: string) => (operation === 'create' && ++created === number ? diskFull() : undefined);
      const files = crashingFiles(realFiles, { fail });
      const error = await rejection(stageVersion(files, web(), TWO, content('two'), UNOWNED, 0o400));
      expect(error).to.have.property('code', 'ENOSPC');
      expect(readdirSync(web())).to.deep.equal(before);
      expect((await readLive(realFiles, web()))?.version).to.equal(ONE);
    }
  });

  it('never writes a live version again, nor a name that is none', async () => {
    await publish(ONE, 'one');
    expect((await rejection(publish(ONE, 'other'))).message).to.contain('is live');
    expect((await rejection(publish('../x', 'other'))).message).to.contain('no name of a version');
    expect((await readLive(realFiles, web()))?.key.toString()).to.equal('key one');
  });

  it('does not let a version go live that was not staged', async () => {
    await publish(ONE, 'one');
    expect((await rejection(goLive(realFiles, web(), TWO))).message).to.contain('was not staged');
    expect(await liveVersion(realFiles, web())).to.equal(ONE);
  });

  it('does not touch what is not its own, and mends what is', async () => {
    mkdirSync(web());
    writeFileSync(web('tls.crt'), 'of somebody');
    await stageVersion(realFiles, web(), ONE, content('one'), UNOWNED, 0o400);
    expect(await rejection(goLive(realFiles, web(), ONE))).to.be.instanceOf(TakenError);
    expect(readFileSync(web('tls.crt'), 'utf8')).to.equal('of somebody');
    expect(await liveVersion(realFiles, web())).to.equal(undefined);

    await goLive(realFiles, web(), ONE, { adopt: true });
    expect(readFileSync(web('tls.crt.before-bastion'), 'utf8')).to.equal('of somebody');
    rmSync(web('ca.crt'));
    symlinkSync('/etc/passwd', web('ca.crt'));
    await linkNames(realFiles, web());
    expect(readFileSync(web('ca.crt'), 'utf8')).to.equal('ca one');
    expect(readlinkSync(web('ca.crt.before-bastion'))).to.equal('/etc/passwd');
  });

  it('refuses a live link that leads elsewhere, and a directory that is a link', async () => {
    mkdirSync(web());
    symlinkSync('/etc', web('..data'));
    expect(await readLive(realFiles, web())).to.equal(undefined);
    await stageVersion(realFiles, web(), ONE, content('one'), UNOWNED, 0o400);
    expect(await rejection(goLive(realFiles, web(), ONE))).to.be.instanceOf(TakenError);
    expect(readlinkSync(web('..data'))).to.equal('/etc');
    symlinkSync('web', join(directory(), 'link'));
    const call = stageVersion(realFiles, join(directory(), 'link'), TWO, content('two'), UNOWNED, 0o400);
    expect(await rejection(call)).to.be.instanceOf(TakenError);
  });

  it('does not read through symlinks in a version, nor remove what they lead to', async () => {
    await publish(ONE, 'one');
    const secret = join(directory(), 'secret');
    mkdirSync(secret);
    writeFileSync(join(secret, 'tls.key'), 'of root');
    rmSync(web(join(ONE, 'tls.key')));
    symlinkSync(join(secret, 'tls.key'), web(join(ONE, 'tls.key')));
    expect(await rejection(readLive(realFiles, web()))).to.be.instanceOf(TakenError);
    symlinkSync(secret, web(TWO));
    await removeVersions(realFiles, web(), [TWO]);
    expect(existsSync(web(TWO))).to.equal(false);
    expect(readFileSync(join(secret, 'tls.key'), 'utf8')).to.equal('of root');
  });

  it('knows leftovers by their names and takes nothing else', async () => {
    await publish(ONE, 'one');
    await stageVersion(realFiles, web(), TWO, content('two'), UNOWNED, 0o400);
    const partial = versionName(1_700_000_000_002);
    mkdirSync(web(partial));
    writeFileSync(web(join(partial, 'tls.key')), 'half');
    symlinkSync(TWO, web('..data.next'));
    mkdirSync(web('..pending.previous'));
    writeFileSync(web('..pending.previous/tls.key'), 'x');
    writeFileSync(web('note'), 'of somebody');
    await removeLeftovers(realFiles, web());
    const left = ['..data', ONE, TWO, 'ca.crt', 'note', 'tls.crt', 'tls.key'];
    expect(readdirSync(web()).sort()).to.deep.equal(left.sort());
  });

  it('names versions so that they can be told from everything else', () => {
    expect(versionName(1_700_000_000_000, '0A1B2C3D4E5F')).to.equal('..1700000000000-0a1b2c3d');
    expect(isVersionName(versionName(-5, '1'))).to.equal(true);
    expect(versionName(1)).not.to.equal(versionName(1));
    for (const name of ['..', '..data', '..pending', 'x', '..1700000000000-0a1b2c3d/..', '..2026_01_01'])
      expect(isVersionName(name), name).to.equal(false);
  });
});
