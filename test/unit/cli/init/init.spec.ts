import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { mustRun } from '../../../../scripts/support/run-command.ts';
import { dispatch } from '../../../../src/cli/dispatch.ts';
import type { Deed } from '../../../../src/cli/init/report.ts';
import { gitRevision } from '../../../../src/desired/git-revision.ts';
import { loadDesiredState } from '../../../../src/desired/load.ts';
import { requireProgram } from '../../../support/require-program.ts';
import { temporaryDirectory } from '../../../support/temporary-directory.ts';
import { memoryOutput } from '../support.ts';

interface Told {
  readonly prepared: boolean;
  readonly deeds: readonly Deed[];
  readonly next: readonly { readonly what: string; readonly command: string }[];
}

describe('bastion init --root', function () {
  this.timeout(30_000);
  const directory = temporaryDirectory('init');

  before(async function () {
    await requireProgram(this, 'git');
  });

  const at = (path: string): string => join(directory(), path);

  async function init(...flags: string[]): Promise<{ code: number; text: string; errors: string }> {
    const [output, errors] = [memoryOutput(), memoryOutput()];
    const streams = { output: () => output, errors: () => errors };
    const code = await dispatch(['init', '--root', directory(), '--config', '', ...flags], {}, streams);
    return { code, text: output.text, errors: errors.text };
  }

  async function told(): Promise<Told> {
    return JSON.parse((await init('--json')).text) as Told;
  }

  it('prepares everything, says so line by line, and ends with the exact commands to push', async () => {
    const { code, text } = await init();
    expect(code, text).to.equal(0);
    expect(text).to.match(/^\+ made +\S+etc\/bastion\/gates: gates, which only you open$/m);
    expect(text).to.contain(`git remote add bastion ${at('srv/bastion/desired-state.git')}\n`);
    expect(text).to.contain('git push bastion main\n');
    const release = readlinkSync(at('srv/bastion/current'));
    expect(release).to.match(/^releases\/[0-9a-f]{40}$/);
    expect(readlinkSync(at('etc/bastion/desired-state'))).to.equal(at('srv/bastion/current'));
    expect(gitRevision(at('etc/bastion/desired-state'))).to.equal(release.slice('releases/'.length));
    for (const hook of ['pre-receive', 'post-receive']) {
      const path = at(`srv/bastion/desired-state.git/hooks/${hook}`);
      expect(statSync(path).mode & 0o777).to.equal(0o755);
      expect(readFileSync(path, 'utf8')).to.match(
        new RegExp(
          `^#!/bin/sh\\n#.*\\nexec /.*/bin/bastion hook ${hook} --config ${at('etc/bastion/config.yaml')}\\n$`,
        ),
      );
    }
  });

  it('ends with commands that work as they are, from wherever they are typed, also where a name needs quotes', async () => {
    const root = at('a house');
    mkdirSync(root);
    const output = memoryOutput();
    const streams = { output: () => output, errors: () => output };
    expect(await dispatch(['init', '--root', root, '--config', '', '--json'], {}, streams), output.text).to.equal(0);
    const { next } = JSON.parse(output.text) as Told;
    const commands = next.map(({ command }) => command);
    expect(commands).to.include(`bastion run --config '${root}/etc/bastion/config.yaml'`);
    expect(commands).to.include(`git clone -o bastion '${root}/srv/bastion/desired-state.git' desired-state`);
    const clone = commands.find((command) => command.startsWith('git clone')) ?? '';
    await mustRun(['sh', '-c', clone], { cwd: directory() });
  });

  it('makes the gates directory and nothing in it, which nobody else may write', async () => {
    await init();
    expect(readdirSync(at('etc/bastion/gates'))).to.deep.equal([]);
    expect(statSync(at('etc/bastion/gates')).mode & 0o777).to.equal(0o755);
  });

  it('begins with a desired state that is valid and makes nothing', async () => {
    await init();
    const desired = await loadDesiredState({ directory: at('etc/bastion/desired-state'), root: '' });
    expect(desired.findings).to.deep.equal([]);
    expect(desired.resources.map(({ kind }) => kind)).to.deep.equal(['Gate']);
  });

  it('sets the repository up so that a broken, huge or deleting push is refused by git itself', async () => {
    await init();
    const config = readFileSync(at('srv/bastion/desired-state.git/config'), 'utf8');
    for (const line of ['fsckObjects = true', 'maxInputSize = 128m', 'denyDeletes = true', 'hideRefs = refs/bastion'])
      expect(config).to.contain(line);
  });

  it('changes nothing the second time, and says that all was there', async () => {
    await init();
    const before = await mustRun(['find', directory(), '-type', 'f', '-printf', '%p %T@ %s\n']);
    const again = await told();
    expect(again.prepared).to.equal(true);
    expect(again.deeds.filter(({ outcome }) => outcome !== 'there')).to.deep.equal([]);
    expect(await mustRun(['find', directory(), '-type', 'f', '-printf', '%p %T@ %s\n'])).to.equal(before);
  });

  it('mends what is missing, and nothing else', async () => {
    await init();
    rmSync(at('srv/bastion/desired-state.git/hooks/post-receive'));
    rmSync(at('srv/bastion/current'));
    const { deeds, prepared } = await told();
    expect(prepared).to.equal(true);
    expect(deeds.filter(({ outcome }) => outcome === 'made').map(({ what }) => what)).to.deep.equal([
      at('srv/bastion/desired-state.git/hooks/post-receive'),
      at('srv/bastion/current'),
    ]);
  });

  it('takes the branch that it is told', async () => {
    const { text } = await init('--branch', 'live');
    expect(text).to.contain('git push bastion live\n');
    expect(readFileSync(at('srv/bastion/desired-state.git/HEAD'), 'utf8')).to.equal('ref: refs/heads/live\n');
    expect(readFileSync(at('etc/bastion/config.yaml'), 'utf8')).to.match(/^branch: live$/m);
  });

  it('never overwrites what a person has written, and says what is in the way', async () => {
    mkdirSync(at('etc/bastion/desired-state'), { recursive: true });
    mkdirSync(at('srv/bastion/desired-state.git/hooks'), { recursive: true });
    const mine = {
      'etc/bastion/desired-state/mine.yaml': '# mine',
      'etc/bastion/config.yaml': 'branch: main\n',
      'srv/bastion/desired-state.git/hooks/pre-receive': '#!/bin/sh\nexit 0\n',
    };
    for (const [path, text] of Object.entries(mine)) writeFileSync(at(path), text);
    const { code, text } = await init();
    expect(code).to.equal(1);
    for (const [path, content] of Object.entries(mine)) expect(readFileSync(at(path), 'utf8'), path).to.equal(content);
    expect(lstatSync(at('etc/bastion/desired-state')).isDirectory()).to.equal(true);
    expect(text).to.match(/^! left +\S+desired-state: is yours, and is what runs/m);
    expect(text).to.match(/^! left +\S+hooks\/pre-receive: is not ours; let it end with: exec /m);
    expect(text).to.contain('not everything is prepared');
    expect(text).to.contain('pushes are validated and not planned until it holds: push-socket: ');
  });

  it('says what lies where a directory has to be, and goes no further', async () => {
    mkdirSync(at('etc/bastion'), { recursive: true });
    writeFileSync(at('etc/bastion/gates'), '');
    const { code, text } = await init();
    expect(code).to.equal(1);
    expect(text).to.match(/^! left +\S+etc\/bastion\/gates: is no directory/m);
    expect(text).to.not.contain('desired-state.git');
  });
});
