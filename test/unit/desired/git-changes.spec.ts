import { execFileSync } from 'node:child_process';
import { cpSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadDesiredState } from '../../../src/desired/load.ts';
import { requireProgram } from '../../support/require-program.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from './desired-directory.ts';

describe('the revision of a work tree', () => {
  const directory = temporaryDirectory('changes');
  const at = (path: string): string => join(directory(), path);
  before(async function () {
    await requireProgram(this, 'git');
  });

  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', directory(), '-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();

  beforeEach(() => {
    writeFiles(directory(), {
      'state/a.yaml': manifest('Network', 'a'),
      'state/shared/b.yaml': manifest('Network', 'b'),
      'state/files/web.conf': 'listen 80\n',
      'state/files/empty': '',
      'other/notes.yaml': 'notes\n',
    });
    symlinkSync('shared', at('state/linked'));
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-qm', 'first');
  });

  /** `clean`, `changed`, or what else it is. */
  async function verdict(path = at('state')): Promise<string> {
    const { revision } = await loadDesiredState({ directory: path, root: '' });
    const head = git('rev-parse', 'HEAD');
    return revision === head ? 'clean' : revision === `${head}-dirty` ? 'changed' : String(revision);
  }

  const changes: Readonly<Record<string, () => void>> = {
    'a manifest was edited': () => writeFileSync(at('state/a.yaml'), manifest('Network', 'c')),
    'a file was edited that a manifest may name': () => writeFileSync(at('state/files/web.conf'), 'listen 81\n'),
    'an empty file was filled': () => writeFileSync(at('state/files/empty'), 'x'),
    'a file was removed': () => unlinkSync(at('state/files/web.conf')),
    'a symlink leads elsewhere': () => {
      unlinkSync(at('state/linked'));
      symlinkSync('files', at('state/linked'));
    },
    'there is a manifest that git does not track': () => writeFileSync(at('state/new.yaml'), manifest('Network', 'n')),
    'there is a manifest that git ignores': () => {
      writeFileSync(at('.git/info/exclude'), 'new.yaml\n');
      writeFileSync(at('state/new.yaml'), manifest('Network', 'n'));
    },
    'a change is staged and another is not': () => {
      writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
      git('add', '.');
      writeFileSync(at('state/a.yaml'), manifest('Network', 'd'));
    },
    'a merge is not over': () => {
      git('checkout', '-qb', 'side');
      writeFileSync(at('state/a.yaml'), `# side\n${manifest('Network', 'a')}`);
      git('commit', '-qam', 'side');
      git('checkout', '-q', 'main');
      writeFileSync(at('state/a.yaml'), `# main\n${manifest('Network', 'a')}`);
      git('commit', '-qam', 'main');
      expect(() => git('merge', '-q', 'side')).to.throw();
      writeFileSync(at('state/a.yaml'), manifest('Network', 'a'));
    },
  };
  for (const [what, change] of Object.entries(changes))
    it(`is that of a commit with changes when ${what}`, async () => {
      expect(await verdict()).to.equal('clean');
      change();
      expect(await verdict()).to.equal('changed');
    });

  const harmless: Readonly<Record<string, () => void>> = {
    'a change is staged, which only objects of git would tell from a commit': () => {
      writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
      git('add', '.');
    },
    'a file was only touched': () => utimesSync(at('state/a.yaml'), 1_000_000_000, 1_000_000_000),
    'something else than a manifest is not tracked': () => writeFileSync(at('state/notes.md'), 'x'),
    'a file elsewhere in the work tree was edited or staged': () => {
      writeFileSync(at('other/notes.yaml'), 'more\n');
      git('add', '.');
      writeFileSync(at('other/notes.yaml'), 'still more\n');
    },
    'all changes are committed': () => {
      writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
      writeFileSync(at('state/new.yaml'), manifest('Network', 'n'));
      git('add', '.');
      git('commit', '-qm', 'second');
    },
    'a change was taken back': () => {
      writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
      git('checkout', '-q', 'state/a.yaml');
    },
    'a commit that is checked out again': () => {
      writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
      git('commit', '-qam', 'second');
      git('checkout', '-q', 'HEAD~1');
    },
  };
  for (const [what, change] of Object.entries(harmless))
    it(`is a commit when ${what}`, async () => {
      change();
      expect(await verdict()).to.equal('clean');
    });

  it('is a commit in a copy of the work tree, all of whose files are younger', async () => {
    cpSync(directory(), `${directory()}-copy`, { recursive: true, verbatimSymlinks: true });
    try {
      expect(await verdict(`${directory()}-copy/state`)).to.equal('clean');
    } finally {
      rmSync(`${directory()}-copy`, { recursive: true });
    }
  });

  it('is that of a commit with changes at the top of the work tree, too', async () => {
    expect(await verdict(directory())).to.not.equal('changed');
    writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
    expect(await verdict(directory())).to.equal('changed');
  });

  it('is told without touching a file on a file system that does not answer', async () => {
    writeFileSync(at('state/files/web.conf'), 'listen 81\n');
    const silenceAt = (path: string): string | undefined => (path.startsWith(at('state/files')) ? 'silent' : undefined);
    const { revision } = await loadDesiredState({ directory: at('state'), root: '', silenceAt });
    expect(revision).to.equal(git('rev-parse', 'HEAD'));
  });

  it('reads no more of a copy than takes a moment, at each reading', async () => {
    for (let count = 0; count < 12; count++)
      writeFileSync(at(`state/files/${count}.bin`), Buffer.alloc(3 << 20, count));
    git('add', '.');
    git('commit', '-qm', 'large');
    for (let count = 0; count < 12; count++) utimesSync(at(`state/files/${count}.bin`), 1_000_000_000, 1_000_000_000);
    writeFileSync(at('state/files/9.bin'), Buffer.alloc(3 << 20, 99));
    expect(await verdict(), 'what comes after 16 MiB is not known').to.equal('clean');
    writeFileSync(at('state/files/web.conf'), 'listen 81\n');
    expect(await verdict(), 'and what still fits is').to.equal('changed');
  });

  it('is the commit alone where the index cannot be understood', async () => {
    git('update-index', '--index-version', '4');
    writeFileSync(at('state/a.yaml'), manifest('Network', 'c'));
    expect(await verdict()).to.equal('clean');
  });
});
