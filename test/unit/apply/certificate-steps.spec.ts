import { expect } from 'chai';
import { createPublicKey } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { updateTrust } from '../../../src/apply/steps/update-trust.ts';
import { parseCertificate } from '../../../src/certs/facts.ts';
import { generateKey, keyToPem } from '../../../src/certs/keys.ts';
import { issueLeaf } from '../../../src/certs/leaf.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { makeRoot } from '../../../src/certs/root.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { fileSnapshot } from '../../support/file-snapshot.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { DAY, livePair, pkiContext, pkiWithAuthority } from './pki.ts';
import { expectStepError } from './step-context.ts';
import { skipBecause } from '../../support/skip.ts';

const root = process.getuid?.() === 0;
const mode = (path: string): number => statSync(path).mode & 0o7777;

describe('IssueCertificate', () => {
  const directory = temporaryDirectory('issue');

  it('lets a pair of its profile go live, that openssl verifies', async function () {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const live = await livePair(pki.spec().directory);
    expect(live?.leaf).to.deep.include({
      subject: 'web.lab',
      dnsNames: ['web', 'web.lab'],
      ipAddresses: ['192.0.2.7'],
      usages: ['clientAuth', 'serverAuth'],
    });
    expect(mode(join(pki.spec().directory, 'tls.key'))).to.equal(0o400);
    expect(mode(pki.at('live'))).to.equal(0o755);
    expect(live?.version).to.match(new RegExp(`^\\.\\.${pkiContext().clock.now()}-${live?.serial.slice(0, 8)}$`));
    const file = join(pki.spec().directory, 'tls.crt');
    try {
      execFileSync('openssl', ['version']);
    } catch {
      skipBecause(this, 'openssl is not installed');
    }
    const time = String(Math.floor(pkiContext().clock.now() / 1000));
    const shown = execFileSync('openssl', ['verify', '-attime', time, '-CAfile', pki.authority.certificate, file]);
    expect(shown.toString()).to.contain('OK');
  });

  it('gives the key to the owner, and nothing that leads to it', async function () {
    if (!root) skipBecause(this, 'only root may give files away');
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue({ owner: '65534', group: 'daemon', mode: 0o440 }), pkiContext());
    const { directory: web } = pki.spec();
    const owners = ['tls.key', '', '..data/', 'tls.crt', 'ca.crt']
      .map((name) => statSync(join(web, name)))
      .map(({ uid, gid }) => `${uid}:${gid}`);
    expect(owners).to.deep.equal(['65534:1', '0:0', '0:0', '0:0', '0:0']);
    expect(mode(join(web, 'tls.key'))).to.equal(0o440);
  });

  it('renews with a new key, or in a rotation with the one that is live', async () => {
    const pki = await pkiWithAuthority(directory());
    const issue = async (...args: Parameters<typeof pki.issue>) => {
      await issueCertificate(pki.issue(...args), pkiContext());
      return livePair(pki.spec().directory);
    };
    const first = await issue({}, 'keep');
    const kept = await issue({}, 'keep');
    expect(kept?.publicKey).to.equal(first?.publicKey);
    expect(kept?.serial).not.to.equal(first?.serial);
    expect((await issue())?.publicKey).not.to.equal(first?.publicKey);
    expect((await issue({ keyAlgorithm: 'ecdsa-p384' }, 'keep'))?.leaf.keyAlgorithm).to.equal('ecdsa-p384');
    const key = join(pki.spec().directory, 'tls.key');
    const damaged = realFiles.readLink(join(pki.spec().directory, '..data'));
    const path = join(pki.spec().directory, await damaged, 'tls.key');
    rmSync(path);
    writeFileSync(path, 'damage');
    expect((await issue({ keyAlgorithm: 'ecdsa-p384' }, 'keep'))?.leaf.keyAlgorithm).to.equal('ecdsa-p384');
    expect(readFileSync(key, 'utf8')).to.contain('BEGIN PRIVATE KEY');
  });

  it('does not keep a key that somebody linked into the live version', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const version = (await livePair(pki.spec().directory))?.version ?? '';
    const path = join(pki.spec().directory, version, 'tls.key');
    rmSync(path);
    symlinkSync(pki.authority.key, path);
    await issueCertificate(pki.issue({}, 'keep'), pkiContext());
    const key = readFileSync(join(pki.spec().directory, 'tls.key'));
    expect(key.equals(readFileSync(pki.authority.key))).to.equal(false);
    await livePair(pki.spec().directory);
  });

  it('neither keeps nor spreads the key of an authority that lies live', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const version = join(pki.spec().directory, (await livePair(pki.spec().directory))?.version ?? '');
    for (const [name, path] of Object.entries({ 'tls.key': pki.authority.key, 'tls.crt': pki.authority.certificate })) {
      rmSync(join(version, name));
      writeFileSync(join(version, name), readFileSync(path));
    }
    const update = updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext());
    await expectStepError(Promise.resolve(update), 'ISSUE_FAILED');
    await issueCertificate(pki.issue({}, 'keep'), pkiContext());
    const key = readFileSync(join(pki.spec().directory, 'tls.key'));
    expect(key.equals(readFileSync(pki.authority.key))).to.equal(false);
  });

  it('writes nowhere where somebody else could exchange what lies there', async function () {
    if (!root) skipBecause(this, 'only root may give files away');
    const pki = await pkiWithAuthority(directory());
    const theirs = join(directory(), 'theirs');
    mkdirSync(theirs);
    chownSync(theirs, 65534, 65534);
    const open = join(directory(), 'open');
    mkdirSync(open);
    chmodSync(open, 0o775);
    const own = join(directory(), 'own');
    mkdirSync(own);
    chownSync(own, 65534, 65534);
    const places = { [join(theirs, 'pair')]: 'uid 65534', [join(open, 'pair')]: 'group', [own]: 'uid 65534' };
    for (const [place, why] of Object.entries(places)) {
      const issue = Promise.resolve(issueCertificate(pki.issue({ directory: place }), pkiContext()));
      expect(await expectStepError(issue, 'UNSAFE_PATH'))
        .to.contain(place)
        .and.to.contain(why);
      const update = updateTrust({ spec: pki.spec({ directory: place }), trust: [] }, pkiContext());
      await expectStepError(Promise.resolve(update), 'UNSAFE_PATH');
    }
    // Everybody may write there, and nobody exchange what is another's.
    chmodSync(open, 0o1777);
    await issueCertificate(pki.issue({ directory: join(open, 'pair') }), pkiContext());
    expect(await livePair(join(open, 'pair'))).not.to.equal(undefined);
  });

  it('publishes no key of an authority, whatever certificate lies beside it', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const version = join(pki.spec().directory, (await livePair(pki.spec().directory))?.version ?? '');
    const ownKey = await generateKey('ecdsa-p256');
    const ownRoot = await makeRoot({ key: ownKey, commonName: 'evil', notBefore: 0, duration: 36_500 * DAY });
    const evil = await issueLeaf({
      authorityCertificate: parseCertificate(Buffer.from(ownRoot)),
      authorityKey: keyToPem(ownKey),
      key: createPublicKey(readFileSync(pki.authority.certificate)),
      spec: pki.spec(),
      now: pkiContext().clock.now(),
    });
    for (const [name, content] of Object.entries({ 'tls.key': readFileSync(pki.authority.key), 'tls.crt': evil })) {
      rmSync(join(version, name));
      writeFileSync(join(version, name), content);
    }
    const update = updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext());
    await expectStepError(Promise.resolve(update), 'ISSUE_FAILED');
    await issueCertificate(pki.issue({}, 'keep'), pkiContext());
    const key = readFileSync(join(pki.spec().directory, 'tls.key'));
    expect(key.equals(readFileSync(pki.authority.key))).to.equal(false);
  });

  it('follows no link that takes a file’s place right before it is read', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const path = join(pki.spec().directory, (await livePair(pki.spec().directory))?.version ?? '', 'tls.key');
    const status: typeof realFiles.status = async (each) => {
      const found = await realFiles.status(each);
      if (each === path && found?.type === 'file') {
        rmSync(path);
        symlinkSync(pki.authority.key, path);
      }
      return found;
    };
    const update = updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext({ ...realFiles, status }));
    const error: unknown = await Promise.resolve(update).catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'ELOOP');
  });

  it('looks again soon when the authority was exchanged since it was planned with, and leaves what is live', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const before = fileSnapshot(pki.spec().directory);
    const issue = pki.issue();
    const other = { ...issue, issuer: { ...issue.issuer, fingerprint: 'ab' } };
    expect(await expectStepError(issueCertificate(other, pkiContext()), 'AUTHORITY_CHANGED')).to.contain(
      'changed meanwhile',
    );
    writeFileSync(join(directory(), 'bad.key'), 'PLANTED');
    writeFileSync(join(directory(), 'other.key'), keyToPem(await generateKey('ecdsa-p256')));
    for (const key of ['bad.key', 'none.key', 'other.key'].map((name) => join(directory(), name))) {
      const bad = { ...issue, issuer: { ...issue.issuer, key } };
      expect(await expectStepError(issueCertificate(bad, pkiContext()), 'AUTHORITY_CHANGED'))
        .to.contain(key)
        .and.not.to.contain('PLANTED');
    }
    expect(fileSnapshot(pki.spec().directory)).to.deep.equal(before);
  });

  it('does not let go live what came to harm on its way to the disk', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const before = await livePair(pki.spec().directory);
    const create: typeof realFiles.create = (path, content, ...rest) =>
      realFiles.create(path, path.endsWith('.crt') ? content.subarray(0, 300) : content, ...rest);
    await expectStepError(issueCertificate(pki.issue(), pkiContext({ ...realFiles, create })), 'ISSUE_FAILED');
    expect(await livePair(pki.spec().directory)).to.deep.include({ serial: before?.serial });
    expect(readdirSync(pki.spec().directory).filter((name) => /^\.\.\d/.test(name))).to.have.length(1);
  });

  it('keeps the live pair when the disk is full', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const names = readdirSync(pki.spec().directory);
    const fail = (operation: string) => (operation === 'symlink' || operation === 'rename' ? diskFull() : undefined);
    const error: unknown = await issueCertificate(pki.issue(), pkiContext(crashingFiles(realFiles, { fail }))).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.have.property('code', 'ENOSPC');
    expect(readdirSync(pki.spec().directory)).to.deep.equal(names);
  });

  it('keeps two certificates apart', async () => {
    const pki = await pkiWithAuthority(directory());
    const db = { directory: pki.at('live/db'), commonName: 'db', dnsNames: ['db'] };
    await Promise.all([issueCertificate(pki.issue(), pkiContext()), issueCertificate(pki.issue(db), pkiContext())]);
    expect((await livePair(pki.spec().directory))?.leaf.subject).to.equal('web.lab');
    expect((await livePair(db.directory))?.leaf.subject).to.equal('db');
  });
});

describe('UpdateTrust', () => {
  const directory = temporaryDirectory('trust');

  it('changes ca.crt alone', async () => {
    const pki = await pkiWithAuthority(directory());
    const other = await pkiWithAuthority(join(directory(), 'other'));
    await issueCertificate(pki.issue(), pkiContext());
    const before = await livePair(pki.spec().directory);
    await updateTrust({ spec: pki.spec(), trust: [...pki.issue().trust, ...other.issue().trust] }, pkiContext());
    const after = await livePair(pki.spec().directory);
    expect(after).to.include({ serial: before?.serial, publicKey: before?.publicKey });
    expect(after?.trust).to.have.length(2);
    expect(after?.version).not.to.equal(before?.version);
  });

  it('does not need the ca.crt that it replaces', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const trust = join(pki.spec().directory, 'ca.crt');
    rmSync(join(pki.spec().directory, '..data/ca.crt'));
    await updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext());
    expect(readFileSync(trust, 'utf8')).to.equal(pki.issue().trust.join(''));
    rmSync(join(pki.spec().directory, '..data/ca.crt'));
    symlinkSync('/dev/null', join(pki.spec().directory, '..data/ca.crt'));
    await updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext());
    expect(readFileSync(trust, 'utf8')).to.equal(pki.issue().trust.join(''));
  });

  it('needs something live, and a pair', async () => {
    const pki = await pkiWithAuthority(directory());
    const update = () => updateTrust({ spec: pki.spec(), trust: pki.issue().trust }, pkiContext());
    await expectStepError(Promise.resolve(update()), 'ISSUE_FAILED');
    await issueCertificate(pki.issue(), pkiContext());
    const version = (await livePair(pki.spec().directory))?.version ?? '';
    rmSync(join(pki.spec().directory, version, 'tls.key'));
    writeFileSync(join(pki.spec().directory, version, 'tls.key'), readFileSync(pki.authority.key));
    await expectStepError(Promise.resolve(update()), 'ISSUE_FAILED');
  });
});
