import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { mustRun } from '../../../scripts/support/run-command.ts';
import { gitRevision } from '../../../src/desired/git-revision.ts';
import { bringLive } from '../../../src/release/bring-live.ts';
import { releasesToPrune } from '../../../src/release/choose-release.ts';
import { Git } from '../../../src/release/git.ts';
import { Releases } from '../../../src/release/releases.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { requireProgram } from '../../support/require-program.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

const CHANGING = ['mkdir', 'open', 'rename', 'rm', 'symlink', 'chmod'] as const;

/** Until it is undone, the nth changing call of the process never happens, and nothing after it does: as kill -9 leaves it. */
function dieAt(step: number): { died: Promise<void>; undo: () => void } {
  const real = Object.fromEntries(CHANGING.map((name) => [name, promises[name]]));
  let left = step;
  let tell: () => void = () => undefined;
  const died = new Promise<void>((resolve) => (tell = resolve));
  for (const name of CHANGING) {
    const call = promises[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(promises, {
      [name]: (...args: unknown[]) => {
        left -= 1;
        if (left > 0) return call(...args);
        tell();
        return new Promise(() => undefined);
      },
    });
  }
  syncBuiltinESMExports();
  return {
    died,
    undo: () => {
      Object.assign(promises, real);
      syncBuiltinESMExports();
    },
  };
}

describe('bringing a commit live', function () {
  this.timeout(60_000);
  const directory = temporaryDirectory('crash');
  let git: Git;
  let releases: Releases;
  const clock = new FakeClock();

  before(async function () {
    await requireProgram(this, 'git');
  });

  /** Another commit with several files, in the repository. */
  async function commit(text: string): Promise<string> {
    const lines: string[] = [];
    for (const name of ['a.yaml', 'b.yaml']) {
      const object = await git.text(['hash-object', '-w', '--stdin'], { input: `${name} ${text}\n` });
      lines.push(`100644 blob ${object}\t${name}\n`);
    }
    lines.push(`120000 blob ${await git.text(['hash-object', '-w', '--stdin'], { input: 'a.yaml' })}\tlink.yaml\n`);
    const inner = await git.text(['mktree'], { input: lines.join('') });
    const tree = await git.text(['mktree'], { input: `${lines.join('')}040000 tree ${inner}\tdeeper\n` });
    const who = {
      GIT_AUTHOR_NAME: 'Ada',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'Ada',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    return git.text(['commit-tree', tree, '-m', text], { env: who });
  }

  /** Brings it live as a push does, and removes what is too old. */
  async function push(wanted: string): Promise<void> {
    await releases.clean(clock.now());
    await bringLive(git, releases, wanted, { clock, owner: undefined });
    for (const old of releasesToPrune(await releases.list(), new Set([wanted]), 2)) await releases.remove(old);
  }

  /** Which commit is current, its files whole. */
  function current(): string {
    const live = basename(readlinkSync(releases.currentLink));
    const texts = ['a.yaml', 'b.yaml', 'link.yaml', 'deeper/b.yaml', 'deeper/link.yaml'].map((path) =>
      readFileSync(join(releases.currentLink, path), 'utf8').split(' ').at(-1),
    );
    expect(new Set(texts).size, 'one commit').to.equal(1);
    expect(gitRevision(releases.currentLink)).to.equal(live);
    return live;
  }

  it('leaves the old one or the new one whole, wherever it is killed, and the next push goes on', async () => {
    const repository = join(directory(), 'r.git');
    await mustRun(['git', 'init', '--quiet', '--bare', repository]);
    git = new Git({ repository, environment: process.env });
    releases = new Releases(join(directory(), 'releases'));
    mkdirSync(releases.incoming, { recursive: true });
    await push(await commit('first'));
    const found = new Set<string>();
    let steps = 0;
    for (let isOver = false; !isOver;) {
      steps += 1;
      const before = current();
      const wanted = await commit(`step-${steps}`);
      const { died, undo } = dieAt(steps);
      isOver = await Promise.race([push(wanted).then(() => true), died.then(() => false)]);
      undo();
      const live = current();
      expect([before, wanted]).to.include(live);
      found.add(live === before ? 'old' : 'new');
      // What is left behind is no obstacle to the same push again.
      await push(wanted);
      expect(current()).to.equal(wanted);
    }
    expect(steps).to.be.above(20);
    expect([...found].sort()).to.deep.equal(['new', 'old']);
    expect(readdirSync(releases.incoming)).to.deep.equal([]);
    expect(await releases.list()).to.have.length(2);
  });

  it('keeps what a push between its two hooks has laid out, and clears it when that never came', async () => {
    const repository = join(directory(), 'r.git');
    await mustRun(['git', 'init', '--quiet', '--bare', repository]);
    releases = new Releases(join(directory(), 'releases'));
    const waiting = releases.candidate('a'.repeat(40));
    mkdirSync(waiting, { recursive: true });
    mkdirSync(`${waiting}.part`);
    writeFileSync(join(releases.incoming, 'stray'), '');
    const { mtimeMs } = await promises.stat(waiting);
    await releases.clean(mtimeMs + 60_000);
    expect(readdirSync(releases.incoming)).to.deep.equal(['a'.repeat(40)]);
    await releases.clean(mtimeMs + 3_600_000);
    expect(readdirSync(releases.incoming)).to.deep.equal([]);
  });
});
