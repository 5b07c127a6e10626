import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ContextDigests } from '../../../src/desired/context-digests.ts';

const HOUR = 3_600_000;

describe('digests of the files of a build context', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'bastion-digests-'));
    path = join(directory, 'node');
    writeFileSync(path, 'one');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const truth = (): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  /** As if the file had been written long before it is read. */
  const later = (): ContextDigests => new ContextDigests(() => Date.now() + HOUR);

  it('are those of the content, first and again', () => {
    const digests = later();
    expect(digests.of(path)).to.equal(truth());
    expect(digests.of(path)).to.equal(truth());
  });

  it('are not computed again while nothing has changed', () => {
    const digests = later();
    writeFileSync(path, Buffer.alloc(64 << 20));
    const cost = (): number => {
      const before = process.cpuUsage();
      digests.of(path);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const first = cost();
    expect(cost()).to.be.lessThan(first / 4);
  });

  it('see a change of the same length whose time of change was set back', () => {
    const digests = later();
    const { atime, mtime } = statSync(path);
    const one = digests.of(path);
    writeFileSync(path, 'two');
    utimesSync(path, atime, mtime);
    expect(digests.of(path)).to.equal(truth()).and.not.to.equal(one);
  });

  it('see a file that was put in the place of another', () => {
    const digests = later();
    const one = digests.of(path);
    const other = join(directory, 'other');
    writeFileSync(other, 'two');
    const { atime, mtime } = statSync(path);
    utimesSync(other, atime, mtime);
    renameSync(other, path);
    expect(digests.of(path)).to.equal(truth()).and.not.to.equal(one);
  });

  it('are read again while the file is so new that a change may have the same time', () => {
    const digests = new ContextDigests(() => Date.now());
    for (let round = 0; round < 200; round++) {
      writeFileSync(path, String(round % 10));
      expect(digests.of(path)).to.equal(truth());
    }
  });
});
