import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../../scripts/support/run-command.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { builtExecutable } from '../support/bundle.ts';
import { DesiredDirectory, manifest } from '../support/desired-directory.ts';
import { requireProgram } from '../support/require-program.ts';
import { COMPLETE } from '../support/shell/complete.ts';

const FILES = {
  bash: 'bash-completion/completions/bastion',
  zsh: 'zsh/site-functions/_bastion',
  fish: 'fish/vendor_completions.d/bastion.fish',
} as const;

describe('the shell', () => {
  let executable: string;
  let share: string;
  let env: NodeJS.ProcessEnv;
  let desired: string;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'bastion-shell-'));
    executable = await builtExecutable();
    share = join(executable, '..', '..', 'dist', 'share');
    env = { PATH: `${dirname(executable)}:${process.env['PATH'] ?? ''}`, BASTION_STATE: join(directory, 'state') };
    desired = join(directory, 'wanted here');
    const files = new DesiredDirectory(desired);
    files.write(
      'all.yaml',
      manifest('Container', 'web', { image: 'busybox:1.36', mem_limit: '16m' }),
      manifest('Gate', 'go', { checklist: ['look'] }),
    );
    mkdirSync(join(desired, 'nested'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  for (const shell of ['bash', 'zsh', 'fish'] as const)
    describe(`completion in ${shell}`, () => {
      before(function () {
        return requireProgram(this, shell);
      });
      const complete = (line: string, more: NodeJS.ProcessEnv = {}): Promise<string[]> =>
        COMPLETE[shell](join(share, FILES[shell]), line, { ...env, ...more });

      it('offers the commands', async () => {
        const offered = await complete('bastion ');
        expect(offered).to.include.members([...Object.keys(COMMANDS), 'help']);
        expect(await complete('bastion pla')).to.deep.equal(['plan']);
        expect(await complete('bastion help pla')).to.deep.equal(['plan']);
      });

      it('offers the flags of the command, and what their values may be', async () => {
        expect(await complete('bastion history --lim')).to.deep.equal(['--limit']);
        expect(await complete('bastion plan --lim')).to.deep.equal([]);
        expect(await complete('bastion run --log j')).to.deep.equal(['json']);
      });

      it('offers directories where one is wanted, after a blank and after an equals sign', async () => {
        for (const between of [' ', '=']) {
          const found = await complete(`bastion plan --desired-state${between}${directory}/wan`);
          expect(found.some((path) => /wanted\\? here/.test(path))).to.equal(true, found.join('\n'));
        }
      });

      it('offers words, kinds and the resources that are wanted, of the place that the line names', async () => {
        expect(await complete('bastion completion f')).to.deep.equal(['fish']);
        expect(await complete('bastion explain NetworkZ')).to.deep.equal(['NetworkZone']);
        const place = { BASTION_DESIRED_STATE: desired };
        expect(await complete('bastion retry Con', place)).to.deep.equal(['Container/web']);
        const plain = join(directory, 'plain');
        new DesiredDirectory(plain).write('a.yaml', manifest('Gate', 'other', { checklist: ['look'] }));
        expect(await complete(`bastion retry --desired-state ${plain} Gate/`)).to.deep.equal(['Gate/other']);
        expect(await complete(`bastion retry --desired-state=${plain} Gate/`)).to.deep.equal(['Gate/other']);
        expect(await complete('bastion retry Gate/go Gate', place)).to.deep.equal([]);
      });

      it('offers nothing, and says nothing, where nothing can be read', async () => {
        expect(await complete('bastion retry ', { BASTION_DESIRED_STATE: '/nonexistent' })).to.deep.equal([]);
      });

      it('is what the command prints', async () => {
        const { output } = await runCommand([executable, 'completion', shell], { env });
        const { output: kept } = await runCommand(['cat', join(share, FILES[shell])]);
        expect(output).to.equal(kept);
      });
    });

  it('completes what is typed at a prompt of bash', async function () {
    await requireProgram(this, 'script');
    const typed = `source ${join(share, FILES.bash)}\\nbastion completi\\tfi\\t | head -1\\nexit\\n`;
    const session = `printf '${typed}' | script -qec 'bash --norc --noprofile -i' /dev/null`;
    const { output } = await runCommand(['bash', '-c', session], { env, deadlineMilliseconds: 30_000 });
    expect(output).to.contain('# fish completion of bastion');
  });

  describe('the man page', () => {
    const page = (): string => join(share, 'man', 'man1', 'bastion.1');

    it('is shown by man without a warning', async function () {
      await requireProgram(this, 'man');
      const shown = await runCommand(['man', '--warnings', '-l', page()], {
        env: { LC_ALL: 'C.UTF-8', MANWIDTH: '80', PAGER: 'cat', MANROFFOPT: '-ww' },
      });
      expect(shown.code).to.equal(0);
      expect(shown.output).to.contain('BASTION(1)').and.to.contain('--desired-state').and.not.to.contain('warning');
    });

    it('passes mandoc', async function () {
      await requireProgram(this, 'mandoc');
      const found = await runCommand(['mandoc', '-Tlint', page()]);
      expect(found).to.deep.include({ code: 0, output: '' });
    });
  });
});
