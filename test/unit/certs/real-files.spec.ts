import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeFile, replaceFile } from '../../../src/certs/place-file.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import { TakenError } from '../../../src/certs/taken-error.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const UNOWNED = { uid: -1, gid: -1 };

describe('file operations of certificates', () => {
  const directory = temporaryDirectory('certfiles');
  const at = (name: string): string => join(directory(), name);
  const text = (content: string): Buffer => Buffer.from(content);
  const codeOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => 'resolved',
      (error: NodeJS.ErrnoException) => error.code,
    );

  it('give the mode that is asked for, whatever the umask', async () => {
    const umask = process.umask(0o077);
    try {
      await realFiles.makeDirectory(at('open'), 0o755);
      await realFiles.create(at('file'), text('x'), UNOWNED, 0o664);
    } finally {
      process.umask(umask);
    }
    expect([statSync(at('open')).mode & 0o7777, statSync(at('file')).mode & 0o7777]).to.deep.equal([0o755, 0o664]);
    expect(await realFiles.status(at('file'))).to.include({ type: 'file', mode: 0o664, uid: process.getuid?.() });
    expect(await realFiles.status(at('none'))).to.equal(undefined);
  });

  it('follow no symlink in the last part of a path, but to read', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/file'), 'content');
    symlinkSync('real', at('link'));
    symlinkSync('real/file', at('to-file'));
    expect(await realFiles.status(at('link'))).to.include({ type: 'symlink' });
    expect(await codeOf(realFiles.list(at('link')))).to.be.oneOf(['ELOOP', 'ENOTDIR']);
    expect(await codeOf(realFiles.sync(at('link')))).to.be.oneOf(['ELOOP', 'ENOTDIR']);
    expect(await codeOf(realFiles.chmod(at('to-file'), 0o777))).to.equal('ELOOP');
    expect(await codeOf(realFiles.create(at('to-file'), text('x'), UNOWNED, 0o600))).to.equal('EEXIST');
    expect(await codeOf(realFiles.makeDirectory(at('link'), 0o700))).to.equal('EEXIST');
    expect((await realFiles.read(at('to-file'))).toString()).to.equal('content');
    await realFiles.remove(at('link'));
    expect(readdirSync(at('real'))).to.deep.equal(['file']);
  });

  it('never make a file over another, nor link over one', async () => {
    writeFileSync(at('one'), 'one');
    writeFileSync(at('two'), 'two');
    expect(await codeOf(realFiles.create(at('one'), text('x'), UNOWNED, 0o600))).to.equal('EEXIST');
    expect(await codeOf(realFiles.link(at('two'), at('one')))).to.equal('EEXIST');
    expect(readFileSync(at('one'), 'utf8')).to.equal('one');
  });

  it('replaceFile replaces files only, and the old one stays when it fails', async () => {
    await replaceFile(realFiles, at('file'), text('one'), UNOWNED, 0o444);
    for (const operation of ['create', 'rename']) {
      const files = crashingFiles(realFiles, { fail: (asked) => (asked === operation ? diskFull() : undefined) });
      expect(await codeOf(replaceFile(files, at('file'), text('two'), UNOWNED, 0o444))).to.equal('ENOSPC');
      expect(readdirSync(directory())).to.deep.equal(['file']);
      expect(readFileSync(at('file'), 'utf8')).to.equal('one');
    }
    mkdirSync(at('directory'));
    const error: unknown = await replaceFile(realFiles, at('directory'), text('x'), UNOWNED, 0o444).catch(
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(TakenError);
  });

  it('placeFile says whether it was first', async () => {
    expect(await placeFile(realFiles, at('file'), text('one'), UNOWNED, 0o400)).to.equal(true);
    expect(await placeFile(realFiles, at('file'), text('two'), UNOWNED, 0o400)).to.equal(false);
    expect(readFileSync(at('file'), 'utf8')).to.equal('one');
    expect(readdirSync(directory())).to.deep.equal(['file']);
  });
});
