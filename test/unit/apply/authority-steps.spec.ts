import { expect } from 'chai';
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
import { writeBundle } from '../../../src/apply/steps/write-bundle.ts';
import { parseCertificates } from '../../../src/certs/facts.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { fileSnapshot } from '../../support/file-snapshot.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { DAY, pkiAt, pkiContext, pkiWithAuthority } from './pki.ts';
import { expectStepError } from './step-context.ts';

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
