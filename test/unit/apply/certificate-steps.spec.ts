import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { createAuthority } from '../../../src/apply/steps/create-authority.ts';
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { updateTrust } from '../../../src/apply/steps/update-trust.ts';
import { writeBundle } from '../../../src/apply/steps/write-bundle.ts';
import { parseCertificates } from '../../../src/certs/facts.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { fileSnapshot } from '../../support/file-snapshot.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { DAY, livePair, pkiAt, pkiContext, pkiWithAuthority } from './pki.ts';
import { expectStepError } from './step-context.ts';

const root = process.getuid?.() === 0;
const mode = (path: string): number => statSync(path).mode & 0o7777;

describe('CreateAuthority', () => {
  const directory = temporaryDirectory('authority');

  it('makes a root of ten years, its key closed, in directories of its own', async () => {
    const pki = await pkiWithAuthority(directory());
    const [certificate] = parseCertificates(readFileSync(pki.authority.certificate));
    expect(certificate).to.include({ subject: 'Lab', isAuthority: true, isSelfSigned: true });
    const { notBefore = 0, notAfter = 0 } = certificate ?? {};
    expect(notAfter - notBefore).to.equal(3650 * DAY);
    expect(notBefore).to.equal(pkiContext().clock.now() - 5 * 60_000);
    const modes = [pki.pki, pki.at('private'), pki.authority.key, pki.at('certs'), pki.authority.certificate].map(mode);
    expect(modes).to.deep.equal([0o755, 0o700, 0o400, 0o755, 0o444]);
    expect([...readdirSync(pki.at('certs')), ...readdirSync(pki.at('private'))]).to.deep.equal(['lab.crt', 'lab.key']);
  });

  it('never replaces anything: a pair, a certificate alone, a key alone, a strange file', async () => {
    const pki = await pkiWithAuthority(directory());
    const before = fileSnapshot(pki.authority.certificate, pki.authority.key);
    await createAuthority({ ...pki.authority, commonName: 'Other' }, pkiContext());
    expect(fileSnapshot(pki.authority.certificate, pki.authority.key)).to.deep.equal(before);

    const key = readFileSync(pki.authority.key);
    rmSync(pki.authority.certificate);
    await createAuthority(pki.authority, pkiContext());
    expect(readFileSync(pki.authority.key).equals(key)).to.equal(true);

    rmSync(pki.authority.key);
    const alone = fileSnapshot(pki.authority.certificate);
    expect(await expectStepError(createAuthority(pki.authority, pkiContext()), 'ISSUE_FAILED')).to.contain('lab.key');
    expect(existsSync(pki.authority.key)).to.equal(false);
    writeFileSync(pki.authority.key, 'no key at all PLANTED');
    const message = await expectStepError(createAuthority(pki.authority, pkiContext()), 'ISSUE_FAILED');
    expect(message).not.to.contain('PLANTED');
    expect(readFileSync(pki.authority.key, 'utf8')).to.contain('PLANTED');
    expect(fileSnapshot(pki.authority.certificate)).to.deep.equal(alone);
  });

  it('does not make a certificate for a key that cannot be read', async () => {
    const pki = pkiAt(directory());
    mkdirSync(pki.at('private'), { recursive: true });
    writeFileSync(pki.authority.key, 'PLANTED');
    await expectStepError(createAuthority(pki.authority, pkiContext()), 'ISSUE_FAILED');
    expect(existsSync(pki.authority.certificate)).to.equal(false);
  });

  it('leaves what somebody else put there at the last moment', async () => {
    const pki = pkiAt(directory());
    const theirs = await pkiWithAuthority(join(directory(), 'other'));
    const files = {
      ...realFiles,
      link: async (existing: string, path: string) => {
        if (path === pki.authority.key) writeFileSync(path, readFileSync(theirs.authority.key));
        await realFiles.link(existing, path);
      },
    };
    await createAuthority(pki.authority, pkiContext(files));
    expect(readFileSync(pki.authority.key).equals(readFileSync(theirs.authority.key))).to.equal(true);
    expect(readdirSync(pki.at('private'))).to.deep.equal(['lab.key']);
  });

  it('refuses parents that are symlinks', async () => {
    const pki = pkiAt(directory());
    mkdirSync(join(directory(), 'elsewhere'));
    symlinkSync('elsewhere', pki.pki);
    await expectStepError(createAuthority(pki.authority, pkiContext()), 'UNSAFE_PATH');
    expect(readdirSync(join(directory(), 'elsewhere'))).to.deep.equal([]);
  });
});

describe('WriteBundle', () => {
  const directory = temporaryDirectory('bundle');

  it('writes for everybody to read, replaces as one, and follows no link', async () => {
    const path = join(directory(), 'pki/certs/bundle.crt');
    await writeBundle({ path, certificates: ['one\n', 'two'] }, pkiContext());
    expect([readFileSync(path, 'utf8'), mode(path)]).to.deep.equal(['one\ntwo\n', 0o444]);
    const before = statSync(path).ino;
    await writeBundle({ path, certificates: ['two'] }, pkiContext());
    expect(statSync(path).ino).not.to.equal(before);
    renameSync(path, join(directory(), 'moved'));
    symlinkSync(join(directory(), 'moved'), path);
    await expectStepError(writeBundle({ path, certificates: ['x'] }, pkiContext()), 'PATH_TAKEN');
    expect(readFileSync(join(directory(), 'moved'), 'utf8')).to.equal('two\n');
  });

  it('keeps the old one when the disk is full', async () => {
    const path = join(directory(), 'pki/certs/bundle.crt');
    await writeBundle({ path, certificates: ['one'] }, pkiContext());
    const files = crashingFiles(realFiles, { fail: (operation) => (operation === 'create' ? diskFull() : undefined) });
    const error: unknown = await writeBundle({ path, certificates: ['two'] }, pkiContext(files)).catch(
      (reason: unknown) => reason,
    );
    expect(outcomeOfError(error)).to.have.nested.property('error.code', 'FILE_ENOSPC');
    expect(readFileSync(path, 'utf8')).to.equal('one\n');
    expect(readdirSync(join(directory(), 'pki/certs'))).to.deep.equal(['bundle.crt']);
  });
});

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
      this.skip();
    }
    const time = String(Math.floor(pkiContext().clock.now() / 1000));
    const shown = execFileSync('openssl', ['verify', '-attime', time, '-CAfile', pki.authority.certificate, file]);
    expect(shown.toString()).to.contain('OK');
  });

  it('gives the key and its directories to the owner', async function () {
    if (!root) this.skip();
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue({ owner: '65534', group: 'daemon', mode: 0o440 }), pkiContext());
    const { directory: web } = pki.spec();
    const owners = [web, join(web, '..data/'), join(web, 'tls.key'), join(web, 'tls.crt'), join(web, 'ca.crt')]
      .map((path) => statSync(path))
      .map(({ uid, gid }) => `${uid}:${gid}`);
    expect(new Set(owners)).to.deep.equal(new Set(['65534:1']));
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

  it('says what is wrong with the authority and leaves what is live', async () => {
    const pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
    const before = fileSnapshot(pki.spec().directory);
    const issue = pki.issue();
    const other = { ...issue, issuer: { ...issue.issuer, fingerprint: 'ab' } };
    expect(await expectStepError(issueCertificate(other, pkiContext()), 'ISSUE_FAILED')).to.contain(
      'changed meanwhile',
    );
    writeFileSync(join(directory(), 'bad.key'), 'PLANTED');
    for (const key of [join(directory(), 'bad.key'), join(directory(), 'none.key')]) {
      const bad = { ...issue, issuer: { ...issue.issuer, key } };
      expect(await expectStepError(issueCertificate(bad, pkiContext()), 'ISSUE_FAILED')).not.to.contain('PLANTED');
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
