import { expect } from 'chai';
import { join } from 'node:path';
import { mustRun } from '../../../scripts/support/run-command.ts';
import { readTree } from '../../../src/release/bring-live.ts';
import { ReleaseError } from '../../../src/release/errors.ts';
import { Git } from '../../../src/release/git.ts';
import { requireProgram } from '../../support/require-program.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => (error instanceof ReleaseError ? `${error.code}: ${error.message}` : String(error)),
  );
}

describe('what git is asked about a commit', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory('bounds');
  let git: Git;

  before(async function () {
    await requireProgram(this, 'git');
  });

  beforeEach(async () => {
    const repository = join(directory(), 'r.git');
    await mustRun(['git', 'init', '--quiet', '--bare', repository]);
    git = new Git({ repository, environment: process.env });
  });

  it('is stopped at a handful of objects that are ten million files, within a moment and little memory', async () => {
    const blob = await git.text(['hash-object', '-w', '--stdin'], { input: 'x' });
    const names = Array.from({ length: 10 }, (_, index) => index);
    let tree = await git.text(['mktree'], { input: names.map((name) => `100644 blob ${blob}\t${name}\n`).join('') });
    for (let level = 0; level < 6; level += 1)
      tree = await git.text(['mktree'], { input: names.map((name) => `040000 tree ${tree}\t${name}\n`).join('') });
    const before = { time: performance.now(), memory: process.memoryUsage().rss };
    expect(await failure(readTree(git, tree))).to.match(/^TOO_LARGE: it has more than 20000 files/);
    expect(performance.now() - before.time).to.be.below(5000);
    expect(process.memoryUsage().rss - before.memory).to.be.below(200 << 20);
  });

  it('ends in time, also when git has started something that holds on', async () => {
    const args = ['-c', 'alias.wait=!sleep 20 & wait', 'wait'];
    const begun = performance.now();
    expect(await failure(git.run(args, { limits: { time: 200 } }))).to.contain('it may take 0.2 s');
    expect(performance.now() - begun).to.be.below(8000);
  });

  it('may say only so much', async () => {
    const blob = await git.text(['hash-object', '-w', '--stdin'], { input: 'x'.repeat(5000) });
    const limits = { bytes: 4000, tooLarge: 'too much' };
    expect(await failure(git.bytes(['cat-file', 'blob', blob], { limits }))).to.equal('TOO_LARGE: too much');
    expect(await git.bytes(['cat-file', 'blob', blob], { limits: { bytes: 5000 } })).to.have.length(5000);
  });
});
