import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun, runCommand } from '../../../scripts/support/run-command.ts';
import { Git } from '../../../src/release/git.ts';
import { judge, verifySignature, type Signers, type Verdict } from '../../../src/release/signature.ts';
import { requireProgram } from '../../support/require-program.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('what git says of a signature', () => {
  it('is good with the name of who signed', () => {
    const said = 'Good "git" signature for ada@example.org with ED25519 key SHA256:abc';
    expect(judge(0, said)).to.deep.equal({ isGood: true, text: said });
    const gpg =
      'gpg: Signature made Sat\ngpg:                using EDDSA key 12\ngpg: Good signature from "Ada" [unknown]';
    expect(judge(0, gpg)).to.deep.equal({ isGood: true, text: 'Good signature from "Ada" [unknown]' });
  });

  it('is bad without one', () => {
    expect(judge(1, '')).to.deep.equal({ isGood: false, text: 'it is not signed' });
  });

  it('is bad with the reason of an unknown key', () => {
    const said = 'Good "git" signature with ED25519 key SHA256:xyz\nNo principal matched.';
    expect(judge(1, said)).to.deep.equal({ isGood: false, text: 'No principal matched.' });
    const gpg = "gpg: Signature made Sat\ngpg: Can't check signature: No public key";
    expect(judge(1, gpg)).to.deep.equal({ isGood: false, text: "Can't check signature: No public key" });
  });
});

describe('a signature of GnuPG', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory('gpg');
  let homes: string[];

  before(async function () {
    for (const program of ['git', 'gpg', 'gpgconf']) await requireProgram(this, program);
  });
  beforeEach(() => (homes = []));
  // Each GnuPG home that has made a key has an agent.
  afterEach(async () => {
    for (const home of homes) await runCommand(['gpgconf', '--homedir', home, '--kill', 'all']);
  });

  /** A GnuPG home; with a name, one that has a key of somebody of that name. */
  async function makeHome(path: string, name?: string): Promise<string> {
    const home = join(directory(), path);
    homes.push(home);
    mkdirSync(home, { mode: 0o700 });
    const batch = ['gpg', '--homedir', home, '--batch', '--quiet', '--passphrase', ''];
    if (name !== undefined)
      await mustRun([...batch, '--quick-gen-key', `${name} <${name}@example.org>`, 'ed25519', 'sign']);
    return home;
  }

  it('counts when its key is in the keyring, and no other key of this machine does', async () => {
    const repository = join(directory(), 'r');
    const ada = await makeHome('ada', 'ada');
    const keyring = await makeHome('keyring');
    await mustRun(['gpg', '--homedir', ada, '--batch', '--output', join(directory(), 'ada.key'), '--export']);
    await mustRun(['gpg', '--homedir', keyring, '--batch', '--quiet', '--import', join(directory(), 'ada.key')]);
    const empty = await makeHome('empty');
    await mustRun(['git', 'init', '--quiet', repository]);
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
    const commit = ['commit', '--quiet', '--allow-empty', '--message', 'x'];
    const env = { GNUPGHOME: ada, GIT_CONFIG_GLOBAL: '/dev/null' };
    await mustRun(['git', '-C', repository, ...who, ...commit, '--gpg-sign'], { env });
    await mustRun(['git', '-C', repository, ...who, ...commit, '--no-gpg-sign'], { env });
    // Whoever calls the hook may have any keys of his own.
    const git = new Git({ repository: join(repository, '.git'), environment: { ...process.env, ...env } });
    const verify = (name: string, signers: Partial<Signers>, pushed: string[] = []): Promise<Verdict> =>
      verifySignature(git, name, { allowedSigners: undefined, keyring: undefined, ...signers }, pushed);

    expect(await verify('HEAD~1', { keyring })).to.deep.include({ isGood: true });
    expect((await verify('HEAD', { keyring })).text).to.equal('it is not signed');
    expect((await verify('HEAD~1', { keyring: empty })).isGood).to.equal(false);
    expect((await verify('HEAD~1', { allowedSigners: join(directory(), 'ada.key') })).isGood).to.equal(false);
    expect((await verify('HEAD~1', { keyring: join(directory(), 'gone') })).text).to.contain('cannot be read');
    expect((await verify('HEAD~1', { keyring }, [directory()])).text).to.contain('whoever pushes could add a key');
  });
});
