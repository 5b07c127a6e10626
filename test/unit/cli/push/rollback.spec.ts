import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dispatch } from '../../../../src/cli/dispatch.ts';
import { Git } from '../../../../src/release/git.ts';
import { LOCK_NAME, lockReleases } from '../../../../src/release/lock.ts';
import { runCommand } from '../../../../scripts/support/run-command.ts';
import { requireProgram } from '../../../support/require-program.ts';
import { skipBecause } from '../../../support/skip.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { memoryOutput } from '../support.ts';

/** Of the user `nobody`. */
const NOBODY = 65534;

/** Renames a terminal's window, in both ways to write it. */
const PLAYING = '\u001b]0;mine\u0007 \u009b31m';

describe('going back to a release', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory('rollback');
  before(async function () {
    for (const program of ['git', 'flock']) await requireProgram(this, program);
  });

  const config = (): string => join(directory(), 'etc/bastion/config.yaml');
  const lock = (): string => join(directory(), 'srv/bastion/releases', LOCK_NAME);

  async function call(args: readonly string[], onWrite: (text: string) => void = () => undefined) {
    const output = memoryOutput();
    const write = (text: string): void => {
      onWrite(text);
      output.write(text);
    };
    const told = { ...output, write };
    const code = await dispatch(args, {}, { output: () => told, errors: () => told });
    return { code, text: output.text };
  }

  const command = (...args: string[]): readonly string[] => [...args, '--config', config(), '--no-color'];

  /** A commit of what is live, whose message and author play with the terminal; with another file, where that is wanted. */
  async function commit(file?: string): Promise<string> {
    const { code, text } = await call(['init', '--root', directory(), '--config', '']);
    expect(code, text).to.equal(0);
    const git = new Git({ repository: join(directory(), 'srv/bastion/desired-state.git'), environment: process.env });
    let tree = await git.text(['rev-parse', 'main^{tree}']);
    if (file !== undefined) {
      const object = await git.text(['hash-object', '-w', '--stdin'], { input: file });
      const entries = await git.text(['ls-tree', tree]);
      tree = await git.text(['mktree'], { input: `${entries}\n100644 blob ${object}\tbroken.yaml\n` });
    }
    const who = Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((role) => [
        [`GIT_${role}_NAME`, `Ada ${PLAYING}`],
        [`GIT_${role}_EMAIL`, 'ada@example.org'],
      ]),
    );
    return git.text(['commit-tree', tree, '-m', `a change ${PLAYING}`], { env: who });
  }

  /** Whether somebody else could have the lock now. */
  const isFree = (): boolean => spawnSync('flock', ['--nonblock', lock(), 'true']).status === 0;

  it('writes nothing while nobody else may push, as a terminal that was stopped would hold them all up', async () => {
    const wanted = await commit();
    const held: string[] = [];
    const { code, text } = await call(command('rollback', wanted), (line) => {
      if (!isFree()) held.push(line);
    });
    expect(code, text).to.equal(0);
    expect(text)
      .to.contain('no operator runs')
      .and.to.contain(`${wanted.slice(0, 12)} a change`);
    expect(text).to.contain(`until one does: bastion run --config ${config()}\n`);
    expect(held).to.deep.equal([]);
  });

  it('says what speaks against a commit all the same, and then that nothing was changed', async () => {
    const { code, text } = await call(command('rollback', await commit('kind: Nothing\n')));
    expect(code).to.equal(1);
    expect(text).to.match(/x .*broken\.yaml[^]*invalid: \d+ error[^]*what runs is as it was/);
  });

  it('says so at once when a push is under way', async () => {
    const wanted = await commit();
    const options = { wait: 1000, onWait: () => undefined };
    const push = await lockReleases(join(directory(), 'srv/bastion/releases'), options);
    const { code, text } = await call(command('rollback', wanted), (line) => {
      if (line.includes('waiting for it')) void push.release();
    });
    expect(code, text).to.equal(0);
    expect(text).to.contain('a push is being looked at, waiting for it');
  });

  it('says who may go back to a release to those who may not', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can be somebody else');
    const wanted = await commit();
    expect((await call(command('rollback', wanted))).code).to.equal(0);
    chmodSync(directory(), 0o755);
    process.seteuid?.(12345);
    try {
      const { code, text } = await call(command('rollback', wanted));
      expect(code).to.equal(1);
      expect(text).to.contain(`you may not change releases: sudo bastion rollback --config ${config()}\n`);
    } finally {
      process.seteuid?.(0);
    }
  });

  it('names in its hints the configuration that it was given', async () => {
    const wanted = await commit();
    expect((await call(command('rollback', wanted))).code).to.equal(0);
    const { text } = await call(command('releases'));
    expect(text).to.contain(`to bring it live: bastion rollback main --config ${config()}\n`);
    expect((await call(command('rollback', 'nothing'))).text).to.contain(`bastion releases --config ${config()} lists`);
  });

  it('is done by root as the owner of the repository, who may say there what git runs', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can become somebody else');
    const root = join(import.meta.dirname, '../../../..');
    const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
    const readable = await runCommand([...asNobody, 'test', '-r', join(root, 'package.json')]);
    if (readable.code !== 0) return skipBecause(this, `other users cannot read ${root}`);
    const wanted = await commit();
    const repository = join(directory(), 'srv/bastion/desired-state.git');
    const trace = join(directory(), 'srv/bastion/trace');
    const git = new Git({ repository, environment: process.env });
    // Run for an object that is not there, as if it could be fetched; a blank is written `% `.
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::sh -c id% -u>>${trace}`],
      ['protocol.ext.allow', 'always'],
    ] as const)
      await git.text(['config', name, value]);
    chmodSync(directory(), 0o755);
    await runCommand(['chown', '-R', `${NOBODY}:${NOBODY}`, join(directory(), 'srv')]);

    const env = { ...process.env, GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: '*' };
    const run = (...args: string[]) =>
      runCommand([process.execPath, '--import', 'tsx', join(root, 'src/main.ts'), ...command(...args)], {
        cwd: root,
        env,
      });
    await run('rollback', '0123456789012345678901234567890123456789');
    const { code, output } = await run('rollback', wanted);
    expect(code, output).to.equal(0);
    expect(new Set(readFileSync(trace, 'utf8').trim().split('\n'))).to.deep.equal(new Set([String(NOBODY)]));
    const found = await runCommand(['find', join(directory(), 'srv'), '!', '-user', String(NOBODY)]);
    expect(found.output).to.equal('');
  });

  it('lists releases without what could play with a terminal', async () => {
    const wanted = await commit();
    expect((await call(command('rollback', wanted))).code).to.equal(0);
    // Whoever may push may write it, and root reads it.
    const record = join(directory(), 'srv/bastion/releases', `${wanted}.json`);
    const noted = JSON.parse(readFileSync(record, 'utf8')) as object;
    writeFileSync(record, JSON.stringify({ ...noted, subject: `a change ${PLAYING}`, author: `Ada ${PLAYING}` }));
    const { text } = await call(command('releases'));
    expect(text).to.contain('a change').and.to.contain('Ada');
    expect(text).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
