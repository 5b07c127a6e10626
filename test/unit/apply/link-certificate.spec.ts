import { expect } from 'chai';
import {
  existsSync,
  lstatSync,
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
import { issueCertificate } from '../../../src/apply/steps/issue-certificate.ts';
import { linkCertificate } from '../../../src/apply/steps/link-certificate.ts';
import { removePreviousPairs } from '../../../src/apply/steps/remove-previous-pairs.ts';
import type { CertificateSpec } from '../../../src/model/certificate-specs.ts';
import { fileSnapshot } from '../../support/file-snapshot.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { livePair, type pkiAt, pkiContext, pkiWithAuthority } from './pki.ts';
import { expectStepError } from './step-context.ts';

describe('LinkCertificate', () => {
  const directory = temporaryDirectory('link');
  let pki: ReturnType<typeof pkiAt>;
  const link = (extra: Partial<CertificateSpec> = {}) =>
    Promise.resolve(linkCertificate({ spec: pki.spec(extra) }, pkiContext()));

  beforeEach(async () => {
    pki = await pkiWithAuthority(directory());
    await issueCertificate(pki.issue(), pkiContext());
  });

  it('makes both names, relative, and again nothing', async () => {
    await link();
    expect(readlinkSync(pki.spec().certificate)).to.equal('../live/web/tls.crt');
    expect(readlinkSync(pki.spec().key)).to.equal('../live/web/tls.key');
    expect(readFileSync(pki.spec().certificate, 'utf8')).to.contain('BEGIN CERTIFICATE');
    const before = fileSnapshot(pki.spec().certificate, pki.spec().key);
    await link();
    expect(fileSnapshot(pki.spec().certificate, pki.spec().key)).to.deep.equal(before);
  });

  it('makes a closed directory for keys', async () => {
    await link({ key: join(directory(), 'new/keys/web.key'), certificate: join(directory(), 'new/certs/web.crt') });
    const modes = ['new', 'new/keys', 'new/certs'].map((name) => statSync(join(directory(), name)).mode & 0o7777);
    expect(modes).to.deep.equal([0o755, 0o700, 0o755]);
  });

  it('does nothing at all when one name is taken', async () => {
    writeFileSync(pki.spec().certificate, 'theirs');
    const before = fileSnapshot(pki.at('certs'), pki.at('private'));
    const message = await expectStepError(link(), 'PATH_TAKEN');
    expect(message).to.contain(pki.spec().certificate).and.to.contain('adopt: true');
    expect(fileSnapshot(pki.at('certs'), pki.at('private'))).to.deep.equal(before);
  });

  it('adopts: what was there keeps its content under the next free name', async () => {
    for (const content of ['theirs', 'theirs again', 'theirs again']) {
      rmSync(pki.spec().certificate, { force: true });
      writeFileSync(pki.spec().certificate, content);
      await link({ adopt: true });
      expect(lstatSync(pki.spec().certificate).isSymbolicLink()).to.equal(true);
    }
    expect(readFileSync(`${pki.spec().certificate}.before-bastion`, 'utf8')).to.equal('theirs');
    expect(readFileSync(`${pki.spec().certificate}.before-bastion-2`, 'utf8')).to.equal('theirs again');
    expect(existsSync(`${pki.spec().certificate}.before-bastion-3`)).to.equal(false);
  });

  it('adopts a foreign symlink without touching what it leads to', async () => {
    const theirs = join(directory(), 'theirs.key');
    writeFileSync(theirs, 'theirs');
    symlinkSync(theirs, pki.spec().key);
    await expectStepError(link(), 'PATH_TAKEN');
    await link({ adopt: true });
    expect(readFileSync(theirs, 'utf8')).to.equal('theirs');
    expect(readlinkSync(`${pki.spec().key}.before-bastion`)).to.equal(theirs);
  });

  it('never adopts a directory', async () => {
    mkdirSync(pki.spec().key);
    await expectStepError(link({ adopt: true }), 'PATH_TAKEN');
    expect(lstatSync(pki.spec().key).isDirectory()).to.equal(true);
  });

  it('follows a directory that moved, since the names are its own', async () => {
    await link();
    const moved = { directory: pki.at('live/moved') };
    await issueCertificate(pki.issue(moved), pkiContext());
    await link(moved);
    expect(readlinkSync(pki.spec().key)).to.equal('../live/moved/tls.key');
    expect(readdirSync(pki.at('private')).sort()).to.deep.equal(['lab.key', 'web.key']);
  });

  it('leads nowhere before there is something live, and through no symlink', async () => {
    await expectStepError(link({ directory: pki.at('live/none') }), 'ISSUE_FAILED');
    symlinkSync(pki.at('certs'), join(directory(), 'alias'));
    await expectStepError(link({ certificate: join(directory(), 'alias/web.crt') }), 'UNSAFE_PATH');
    expect(readdirSync(pki.at('certs'))).to.deep.equal(['lab.crt']);
  });

  it('mends the stable names in the directory itself', async () => {
    rmSync(join(pki.spec().directory, 'tls.crt'));
    writeFileSync(join(pki.spec().directory, 'tls.crt'), 'damage');
    await link();
    expect(readlinkSync(join(pki.spec().directory, 'tls.crt'))).to.equal('..data/tls.crt');
  });

  it('and RemovePreviousPairs takes away what is not live, whatever it is told', async () => {
    const first = (await livePair(pki.spec().directory))?.version ?? '';
    await issueCertificate(pki.issue(), pkiContext());
    const live = (await livePair(pki.spec().directory))?.version ?? '';
    const args = { directory: pki.spec().directory, versions: [first, live, 'tls.key', '../../certs'] };
    await removePreviousPairs(args, pkiContext());
    await removePreviousPairs(args, pkiContext());
    await removePreviousPairs({ directory: pki.at('live/none'), versions: [first] }, pkiContext());
    expect(existsSync(join(pki.spec().directory, first))).to.equal(false);
    expect((await livePair(pki.spec().directory))?.version).to.equal(live);
    expect(existsSync(pki.authority.certificate)).to.equal(true);
  });
});
