import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitRevision } from '../../../src/desired/git-revision.ts';
import { readDirectory } from '../../../src/desired/read-directory.ts';
import { watchDesiredState } from '../../../src/desired/watch.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { writeFiles } from './desired-directory.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OTHER = 'f'.repeat(40);

describe('reading a directory', () => {
  const directory = temporaryDirectory('reading');

  it('finds manifests in sub-folders, sorted, and leaves out dot-entries and other files', () => {
    writeFiles(directory(), {
      'b.yml': 'b',
      'a/z.yaml': 'a',
      '.git/x.yaml': 'no',
      '.hidden.yaml': 'no',
      'notes.md': 'no',
      'a/a.yaml': '\uFEFFc',
    });
    expect(readDirectory(directory()).files).to.deep.equal([
      { file: 'a/a.yaml', text: 'c' },
      { file: 'a/z.yaml', text: 'a' },
      { file: 'b.yml', text: 'b' },
    ]);
  });

  it('keeps to its limits over all files', () => {
    writeFiles(directory(), { 'a.yaml': 'x'.repeat(60), 'b.yaml': 'x'.repeat(60), 'c/d/e.yaml': 'x' });
    const limits = { file: 100, total: 100, files: 10, depth: 1 };
    expect(readDirectory(directory(), limits).broken).to.deep.equal(['b.yaml', 'c/d']);
    expect(readDirectory(directory(), { ...limits, total: 1000, files: 1, depth: 9 }).broken).to.deep.equal([
      'b.yaml',
      'c/d/e.yaml',
    ]);
  });
});

describe('a symlink in a directory', () => {
  const directory = temporaryDirectory('links');

  it('is followed within it, and never out of it', () => {
    const root = join(directory(), 'state');
    writeFiles(directory(), { 'secret.yaml': 'of the host', 'host/a.yaml': 'of the host', 'state/a.yaml': 'a' });
    symlinkSync('a.yaml', join(root, 'inner.yaml'));
    symlinkSync('../secret.yaml', join(root, 'outer.yaml'));
    symlinkSync(join(directory(), 'host'), join(root, 'sub'));
    symlinkSync('state', join(directory(), 'current'));
    const { files, broken, findings } = readDirectory(join(directory(), 'current'));
    expect(files).to.deep.equal([
      { file: 'a.yaml', text: 'a' },
      { file: 'inner.yaml', text: 'a' },
    ]);
    expect(broken).to.deep.equal(['outer.yaml', 'sub']);
    expect(findings[0]?.message).to.contain('is a symlink that leads out of the desired-state directory');
  });
});

describe('the revision of a directory', () => {
  const directory = temporaryDirectory('revision');
  const cases: [what: string, files: Record<string, string>, want: string | undefined][] = [
    ['no repository', { 'a.yaml': '' }, undefined],
    ['a detached head', { '.git/HEAD': `${COMMIT}\n` }, COMMIT],
    ['a branch', { '.git/HEAD': 'ref: refs/heads/main\n', '.git/refs/heads/main': `${COMMIT}\n` }, COMMIT],
    [
      'a packed branch',
      {
        '.git/HEAD': 'ref: refs/heads/main\n',
        '.git/packed-refs': `# pack\n${OTHER} refs/heads/domain/refs/heads/main2\n${COMMIT} refs/heads/main\n`,
      },
      COMMIT,
    ],
    ['no commit yet', { '.git/HEAD': 'ref: refs/heads/main\n' }, undefined],
    ['garbage', { '.git/HEAD': 'ref: refs/../../x\n' }, undefined],
  ];
  for (const [what, files, want] of cases)
    it(`is read with ${what}`, () => {
      writeFiles(directory(), { ...files, 'desired/a.yaml': '' });
      expect(gitRevision(join(directory(), 'desired'))).to.equal(want);
    });

  it('is none of a directory of which git tracks nothing, because it is ignored, say', () => {
    const git = (...args: string[]): void => {
      execFileSync('git', ['-C', directory(), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args]);
    };
    writeFiles(directory(), { '.gitignore': '/scratch/\n', 'scratch/deep/a.yaml': '', 'desired/deep/a.yaml': '' });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    expect(gitRevision(join(directory(), 'scratch'))).to.equal(undefined);
    expect(gitRevision(join(directory(), 'scratch/deep'))).to.equal(undefined);
    for (const path of ['', 'desired', 'desired/deep'])
      expect(gitRevision(join(directory(), path)), path).to.match(/^[0-9a-f]{40}$/);
  });

  it('is read in a linked work tree', () => {
    writeFiles(directory(), {
      'main/.git/HEAD': 'ref: refs/heads/main\n',
      'main/.git/refs/heads/side': `${COMMIT}\n`,
      'main/.git/worktrees/side/HEAD': 'ref: refs/heads/side\n',
      'main/.git/worktrees/side/commondir': '../..\n',
      'side/.git': `gitdir: ../main/.git/worktrees/side\n`,
    });
    expect(gitRevision(join(directory(), 'side'))).to.equal(COMMIT);
  });

  it('is the name of a release of git push that has a record of that commit beside it, also below and through a link', () => {
    writeFiles(directory(), {
      [`${COMMIT}/deep/a.yaml`]: '',
      [`${COMMIT}.json`]: `{"commit":"${COMMIT}","subject":"x"}\n`,
      [`${OTHER}/a.yaml`]: '',
      [`${OTHER}.json`]: `{"commit":"${COMMIT}"}`,
    });
    symlinkSync(COMMIT, join(directory(), 'current'));
    for (const path of [COMMIT, `${COMMIT}/deep`, 'current'])
      expect(gitRevision(join(directory(), path)), path).to.equal(COMMIT);
    expect(gitRevision(join(directory(), OTHER)), 'a record of another').to.equal(undefined);
  });
});

describe('watching a directory', () => {
  const directory = temporaryDirectory('watching');

  it('tells of a change at once, by the events of the file system', async () => {
    writeFiles(directory(), { 'a/b.yaml': 'x' });
    let changes = 0;
    const watcher = watchDesiredState(directory(), systemClock, () => (changes += 1), { settle: 5, poll: 3_600_000 });
    try {
      writeFileSync(join(directory(), 'a/b.yaml'), 'yy');
      await eventually(() => expect(changes).to.equal(1));
      mkdirSync(join(directory(), 'c'));
      await eventually(() => expect(changes).to.equal(2));
      writeFileSync(join(directory(), 'c/source.txt'), 'a file that a manifest may name');
      await eventually(() => expect(changes).to.equal(3));
    } finally {
      watcher.close();
    }
  });

  it('follows the link to the current release, in both of the places where it may be exchanged, and then watches that', async () => {
    const [one, two] = [join(directory(), 'releases/one'), join(directory(), 'releases/two')];
    writeFiles(directory(), { 'releases/one/a.yaml': 'x', 'releases/two/a.yaml': 'y', 'etc/other': '' });
    const replace = (link: string, target: string): void => {
      symlinkSync(target, `${link}.new`);
      renameSync(`${link}.new`, link);
    };
    const [current, desired] = [join(directory(), 'current'), join(directory(), 'etc/desired')];
    replace(current, 'releases/one');
    replace(desired, '../current');
    let changes = 0;
    const watcher = watchDesiredState(desired, systemClock, () => (changes += 1), { settle: 5, poll: 3_600_000 });
    try {
      replace(current, 'releases/two');
      await eventually(() => expect(changes, 'another release').to.equal(1));
      writeFileSync(join(two, 'a.yaml'), 'what is current now is what is watched');
      await eventually(() => expect(changes, 'a change in it').to.equal(2));
      replace(desired, one);
      await eventually(() => expect(changes, 'another directory').to.equal(3));
      writeFileSync(join(one, 'a.yaml'), 'and this');
      await eventually(() => expect(changes, 'a change in that').to.equal(4));
    } finally {
      watcher.close();
    }
  });

  it('finds a change that no event told of, also when the directory goes and comes back', async () => {
    writeFiles(directory(), { 'a.yaml': 'x' });
    const clock = new FakeClock();
    let changes = 0;
    const watcher = watchDesiredState(directory(), clock, () => (changes += 1), { poll: 1000, settle: 1_000_000 });
    await clock.advance(1000);
    expect(changes, 'nothing changed').to.equal(0);
    const away = `${directory()}-away`;
    renameSync(directory(), away);
    await clock.advance(2_000_000);
    expect(changes).to.equal(1);
    renameSync(away, directory());
    await clock.advance(2_000_000);
    expect(changes).to.equal(2);
    watcher.close();
    rmSync(directory(), { recursive: true });
    await clock.advance(2_000_000);
    expect(changes).to.equal(2);
    expect(clock.pending).to.equal(0);
  });
});
