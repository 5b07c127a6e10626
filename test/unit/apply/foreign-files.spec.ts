import { createHash } from 'node:crypto';
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { originalPath } from '../../../src/apply/originals.ts';
import { restoreFile } from '../../../src/apply/steps/restore-file.ts';
import { removeRotatedLogs, rotateLog } from '../../../src/apply/steps/rotate-log.ts';
import { writeFile } from '../../../src/apply/steps/write-file.ts';
import type { FileSpec } from '../../../src/model/file-specs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError, stepContext } from './step-context.ts';

describe('steps on files that are somebody else’s', () => {
  const directory = temporaryDirectory('foreign');
  const at = (name: string): string => join(directory(), name);
  const context = () => stepContext({}, { stateDirectory: at('state') });
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const read = (name: string): string => readFileSync(at(name), 'utf8');

  beforeEach(() => {
    mkdirSync(at('live'));
    mkdirSync(at('state'));
  });

  describe('a patched file', () => {
    const spec = (content: string): FileSpec => {
      const { uid, gid, mode } = statSync(at('live/traefik.yml'));
      const ownership = { owner: String(uid), group: String(gid), mode: mode & 0o7777 };
      const digest = sha256(content);
      return { path: at('live/traefik.yml'), content, encoding: 'utf8', digest, onChange: [], ...ownership };
    };
    beforeEach(() => writeFileSync(at('live/traefik.yml'), 'first', { mode: 0o600 }));

    it('keeps the first content for good, for the operator only, whatever comes later', async () => {
      await writeFile({ spec: spec('second'), replaces: sha256('first') }, context());
      await writeFile({ spec: spec('third'), replaces: sha256('second') }, context());
      const copy = originalPath(at('state'), at('live/traefik.yml'));
      expect(readFileSync(copy, 'utf8')).to.equal('first');
      expect(statSync(copy).mode & 0o777).to.equal(0o600);
      expect(readdirSync(at('state/originals'))[0]).to.match(/^[0-9a-f]{12}-traefik\.yml$/);
      expect(statSync(at('live/traefik.yml')).mode & 0o777).to.equal(0o600);
    });

    it('is not written over what its owner wrote in between', async () => {
      writeFileSync(at('live/traefik.yml'), 'edited');
      const late = writeFile({ spec: spec('second'), replaces: sha256('first') }, context());
      expect(await expectStepError(late, 'FILE_CHANGED')).to.contain(at('live/traefik.yml'));
      expect(read('live/traefik.yml')).to.equal('edited');
      expect(readdirSync(at('state'))).to.deep.equal([]);
    });

    it('is put back only while it is what we wrote', async () => {
      await writeFile({ spec: spec('second'), replaces: sha256('first') }, context());
      const back = { spec: spec('second'), replaces: sha256('second') };
      writeFileSync(at('live/traefik.yml'), 'edited');
      await expectStepError(restoreFile(back, context()), 'FILE_CHANGED');
      expect(read('live/traefik.yml')).to.equal('edited');
      writeFileSync(at('live/traefik.yml'), 'second');
      await restoreFile(back, context());
      expect(read('live/traefik.yml')).to.equal('first');
    });
  });

  describe('a log', () => {
    const log = (): string => at('live/access.log');
    const put = (files: Readonly<Record<string, string>>): void => {
      for (const [name, text] of Object.entries(files)) writeFileSync(at(`live/${name}`), text);
    };
    /** As they were seen when the removal was planned. */
    const seen = (...numbers: readonly number[]): { number: number; inode: string }[] =>
      numbers.map((number) => {
        const status = lstatSync(`${log()}.${number}`, { bigint: true, throwIfNoEntry: false });
        return { number, inode: String(status?.ino ?? 0) };
      });
    const all = (): Record<string, string> =>
      Object.fromEntries(readdirSync(at('live')).map((name) => [name, read(`live/${name}`)]));

    it('gets another name, and stays the file that it is', async () => {
      put({ 'access.log': 'lines' });
      const { ino } = statSync(log());
      await rotateLog({ path: log() });
      expect(all()).to.deep.equal({ 'access.log.1': 'lines' });
      expect(statSync(`${log()}.1`).ino).to.equal(ino);
    });

    it('moves those before it as far as needed, and fills a gap', async () => {
      put({ 'access.log': 'new', 'access.log.1': 'one', 'access.log.2': 'two', 'access.log.4': 'four' });
      await rotateLog({ path: log() });
      expect(all()).to.deep.equal({
        'access.log.1': 'new',
        'access.log.2': 'one',
        'access.log.3': 'two',
        'access.log.4': 'four',
      });
    });

    it('is rotated once, however often it is asked', async () => {
      put({ 'access.log': 'new' });
      await rotateLog({ path: log() });
      await rotateLog({ path: log() });
      await rotateLog({ path: at('no/such.log') });
      expect(all()).to.deep.equal({ 'access.log.1': 'new' });
    });

    it('loses the rotated files that are named, and nothing else is touched', async () => {
      const others = { 'access.log.1.gz': 'a', 'access.log.old': 'b', 'access.log1': 'c', 'access.log': 'd' };
      put({ ...others, 'access.log.1': 'one', 'access.log.2': 'two', 'access.log.3': 'three' });
      await removeRotatedLogs({ path: log(), files: seen(2, 3, 9) });
      expect(all()).to.deep.equal({ ...others, 'access.log.1': 'one' });
    });

    it('loses none that got its number since, by a rotation of somebody else', async () => {
      put({ 'access.log.1': 'newest', 'access.log.2': 'old' });
      const files = seen(2);
      renameSync(`${log()}.2`, `${log()}.3`);
      renameSync(`${log()}.1`, `${log()}.2`);
      await removeRotatedLogs({ path: log(), files });
      expect(all()).to.deep.equal({ 'access.log.2': 'newest', 'access.log.3': 'old' });
    });

    it('never follows a link, nor takes a directory for a log', async () => {
      put({ target: 'keep' });
      symlinkSync(at('live/target'), log());
      await expectStepError(rotateLog({ path: log() }), 'UNSAFE_PATH');
      symlinkSync(at('live/target'), `${log()}.1`);
      await expectStepError(removeRotatedLogs({ path: log(), files: seen(1) }), 'UNSAFE_PATH');
      mkdirSync(`${log()}.2`);
      await expectStepError(removeRotatedLogs({ path: log(), files: seen(2) }), 'UNSAFE_PATH');
      symlinkSync(at('live'), at('link'));
      await expectStepError(rotateLog({ path: at('link/target') }), 'UNSAFE_PATH');
      expect(read('live/target')).to.equal('keep');
    });
  });
});
