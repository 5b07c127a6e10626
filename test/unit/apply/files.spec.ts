import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { temporaryPath } from '../../../src/apply/atomic-file.ts';
import { lastGoodPath } from '../../../src/apply/last-good.ts';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { createDirectory } from '../../../src/apply/steps/create-directory.ts';
import { restoreFile } from '../../../src/apply/steps/restore-file.ts';
import { setOwnership } from '../../../src/apply/steps/set-ownership.ts';
import { writeFile } from '../../../src/apply/steps/write-file.ts';
import type { FileSpec } from '../../../src/model/file-specs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError, stepContext } from './step-context.ts';
import { skipBecause } from '../../support/skip.ts';

const root = process.getuid?.() === 0;

describe('file steps', () => {
  const directory = temporaryDirectory('files');
  const at = (name: string): string => join(directory(), name);
  const context = () => stepContext({}, { stateDirectory: at('state') });
  const mode = (path: string): number => statSync(path).mode & 0o7777;

  function fileSpec(content: string, extra: Partial<FileSpec> = {}): FileSpec {
    const digest = createHash('sha256').update(content).digest('hex');
    return { path: at('live/app.yml'), content, encoding: 'utf8', digest, mode: 0o640, onChange: [], ...extra };
  }

  beforeEach(() => {
    mkdirSync(at('live'));
    mkdirSync(at('state'));
  });

  describe('WriteFile', () => {
    it('writes content and mode and leaves nothing beside', async () => {
      await writeFile({ spec: fileSpec('one') }, context());
      expect(readFileSync(at('live/app.yml'), 'utf8')).to.equal('one');
      expect(mode(at('live/app.yml'))).to.equal(0o640);
      expect(readdirSync(at('live'))).to.deep.equal(['app.yml']);
    });

    it('replaces the file rather than writing into it, and decodes base64', async () => {
      writeFileSync(at('live/app.yml'), 'old');
      const before = statSync(at('live/app.yml')).ino;
      const bytes = Buffer.from([0, 255, 1]);
      await writeFile({ spec: fileSpec(bytes.toString('base64'), { encoding: 'base64' }) }, context());
      expect(readFileSync(at('live/app.yml'))).to.deep.equal(bytes);
      expect(statSync(at('live/app.yml')).ino).not.to.equal(before);
    });

    it('keeps what was live before, for the operator only, and does not lose it when it is run twice', async () => {
      writeFileSync(at('live/app.yml'), 'before');
      await writeFile({ spec: fileSpec('after') }, context());
      chmodSync(at('live/app.yml'), 0o777);
      await writeFile({ spec: fileSpec('after') }, context());
      const copy = lastGoodPath(at('state'), at('live/app.yml'));
      expect(readFileSync(copy, 'utf8')).to.equal('before');
      expect(mode(copy)).to.equal(0o600);
      expect(mode(at('live/app.yml'))).to.equal(0o640);
    });

    it('cleans up what a killed try left', async () => {
      writeFileSync(temporaryPath(at('live/app.yml')), 'half');
      await writeFile({ spec: fileSpec('one') }, context());
      expect(readdirSync(at('live'))).to.deep.equal(['app.yml']);
    });

    it('refuses symlinks, directories and missing parents, and says where', async () => {
      symlinkSync('/etc/passwd', at('live/app.yml'));
      const refused = (spec: FileSpec) => expectStepError(writeFile({ spec }, context()), 'UNSAFE_PATH');
      expect(await refused(fileSpec('x'))).to.contain('app.yml is a symlink');
      symlinkSync('live', at('link'));
      const behind = await refused(fileSpec('x', { path: at('link/other.yml') }));
      expect(behind).to.contain(`${at('link')} is a symlink to ${at('live')}`);
      expect(await refused(fileSpec('x', { path: at('state') }))).to.contain('is a directory');
      expect(await refused(fileSpec('x', { path: at('no/such/file') }))).to.contain('does not exist');
      expect(readdirSync(at('live'))).to.deep.equal(['app.yml']);
    });

    it('says which user the host lacks', async () => {
      const spec = fileSpec('x', { owner: 'no-such-user' });
      expect(await expectStepError(writeFile({ spec }, context()), 'UNKNOWN_OWNER')).to.contain('no-such-user');
      expect(existsSync(at('live/app.yml'))).to.equal(false);
    });

    it('gives the file to a named owner', async function () {
      if (!root) skipBecause(this, 'only root may give files away');
      await writeFile({ spec: fileSpec('x', { owner: 'daemon', group: '4242' }) }, context());
      const status = statSync(at('live/app.yml'));
      expect([status.uid, status.gid]).to.deep.equal([1, 4242]);
    });

    it('leaves the live file and nothing else when the disk is full', async function () {
      if (!root) skipBecause(this, 'only root may mount a disk');
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('live')], { stdio: 'ignore' });
      } catch {
        skipBecause(this, 'no disk can be mounted here');
      }
      try {
        writeFileSync(at('live/app.yml'), 'before');
        const error: unknown = await writeFile({ spec: fileSpec('x'.repeat(200_000)) }, context()).catch(
          (reason: unknown) => reason,
        );
        const outcome = outcomeOfError(error);
        expect(outcome.type).to.equal('retry');
        expect(outcome).to.have.nested.property('error.code', 'FILE_ENOSPC');
        expect(outcome).to.have.nested.property('error.message').that.contains('the disk is full');
        expect(readFileSync(at('live/app.yml'), 'utf8')).to.equal('before');
        expect(readdirSync(at('live'))).to.deep.equal(['app.yml']);
      } finally {
        execFileSync('umount', [at('live')]);
      }
    });

    it('does not touch the live file when the last good copy cannot be kept', async () => {
      writeFileSync(at('live/app.yml'), 'before');
      writeFileSync(at('state/last-good'), 'in the way');
      const error: unknown = await writeFile({ spec: fileSpec('after') }, context()).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(Error);
      expect(readFileSync(at('live/app.yml'), 'utf8')).to.equal('before');
    });
  });

  describe('RestoreFile', () => {
    it('puts back what was live before', async () => {
      writeFileSync(at('live/app.yml'), 'before');
      await writeFile({ spec: fileSpec('after') }, context());
      await restoreFile({ spec: fileSpec('after') }, context());
      expect(readFileSync(at('live/app.yml'), 'utf8')).to.equal('before');
    });

    it('says so when there was nothing before, even if an older copy is there', async () => {
      mkdirSync(at('state/last-good'));
      writeFileSync(lastGoodPath(at('state'), at('live/app.yml')), 'of long ago');
      await writeFile({ spec: fileSpec('first') }, context());
      await expectStepError(restoreFile({ spec: fileSpec('first') }, context()), 'NO_LAST_GOOD');
      expect(readFileSync(at('live/app.yml'), 'utf8')).to.equal('first');
    });
  });

  describe('CreateDirectory', () => {
    it('makes missing parents walkable and the directory as wanted', async () => {
      await createDirectory({ spec: { path: at('a/b/c'), mode: 0o2750 } });
      expect([mode(at('a')), mode(at('a/b')), mode(at('a/b/c'))]).to.deep.equal([0o755, 0o755, 0o2750]);
    });

    it('keeps an existing directory and its content', async () => {
      writeFileSync(at('live/data'), 'x');
      await createDirectory({ spec: { path: at('live'), mode: 0o711 } });
      expect(mode(at('live'))).to.equal(0o711);
      expect(readFileSync(at('live/data'), 'utf8')).to.equal('x');
    });

    it('refuses a file or a symlink in its place', async () => {
      symlinkSync('live', at('link'));
      writeFileSync(at('file'), '');
      const make = (name: string) => createDirectory({ spec: { path: at(name), mode: 0o755 } });
      expect(await expectStepError(make('link'), 'UNSAFE_PATH')).to.contain('symlink');
      expect(await expectStepError(make('file'), 'UNSAFE_PATH')).to.contain('not a directory');
      expect(await expectStepError(make('file/below'), 'UNSAFE_PATH')).to.contain('not a directory');
    });

    it('lets two steps make one parent side by side', async () => {
      await Promise.all(
        ['x', 'y', 'z'].map((name) => createDirectory({ spec: { path: at(`p/q/${name}`), mode: 0o700 } })),
      );
      expect(readdirSync(at('p/q')).sort()).to.deep.equal(['x', 'y', 'z']);
      expect(mode(at('p/q'))).to.equal(0o755);
    });
  });

  it('SetOwnership changes a file or directory, and never what a symlink points to', async () => {
    writeFileSync(at('live/secret'), '');
    symlinkSync('secret', at('live/link'));
    await setOwnership({ path: at('live/secret'), mode: 0o400 });
    await setOwnership({ path: at('live'), mode: 0o750 });
    expect([mode(at('live/secret')), mode(at('live'))]).to.deep.equal([0o400, 0o750]);
    await expectStepError(setOwnership({ path: at('live/link'), mode: 0o777 }), 'UNSAFE_PATH');
    expect(mode(at('live/secret'))).to.equal(0o400);
  });
});
