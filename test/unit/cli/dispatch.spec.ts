import { expect } from 'chai';
import type { Command, CommandDefinition } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { CommandError } from '../../../src/cli/errors.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import { memoryOutput } from './support.ts';

async function call(
  args: string[],
  commands?: Record<string, CommandDefinition>,
): Promise<{ code: number; out: string; err: string }> {
  const out = memoryOutput();
  const err = memoryOutput();
  const streams = { output: () => out, errors: () => err };
  const code = await dispatch(args, { BASTION_CONFIG: '' }, streams, commands);
  return { code, out: out.text, err: err.text };
}

function only(command: Command): Record<string, CommandDefinition> {
  return {
    plan: {
      summary: 'plan',
      maximumPositionals: 0,
      options: COMMON_OPTIONS,
      exitCodes: '0',
      examples: [{ line: 'bastion plan', does: 'plan' }],
      load: () => Promise.resolve({ command }),
    },
  };
}

describe('dispatch', () => {
  it('ends with 64 and a hint for an unknown command, flag or argument', async () => {
    expect(await call(['pan'])).to.deep.equal({
      code: 64,
      out: '',
      err: 'bastion: unknown command pan; did you mean plan?\nSee: bastion --help\n',
    });
    const flag = await call(['plan', '--desired', 'x']);
    expect(flag.code).to.equal(64);
    expect(flag.err).to.contain('did you mean --desired-state?').and.to.contain('See: bastion plan --help');
    expect((await call(['plan', 'extra'])).err).to.contain('unexpected argument extra');
    expect((await call(['--json', 'plan'])).err).to.contain('the command comes first');
    expect((await call([])).code).to.equal(64);
  });

  it('has help for every command, with its flags, variables and exit codes', async () => {
    const general = await call(['--help']);
    expect(general.code).to.equal(0);
    for (const name of Object.keys(COMMANDS)) {
      expect(general.out).to.contain(`  ${name} `);
      const { code, out } = await call([name, '--help']);
      expect(code).to.equal(0);
      expect(out).to.contain('BASTION_DESIRED_STATE').and.to.contain('Exit codes:');
      expect((await call(['help', name])).out).to.equal(out);
    }
  });

  it('says the version in words and as JSON', async () => {
    expect((await call(['--version'])).out).to.match(/^bastion \d+\.\d+\.\d+ \(node v/);
    expect(JSON.parse((await call(['version', '--json'])).out)).to.include.keys('version', 'node', 'platform');
  });

  it('ends with the code of the command', async () => {
    expect(
      (
        await call(
          ['plan'],
          only(() => Promise.resolve(3)),
        )
      ).code,
    ).to.equal(3);
  });

  it('says an expected failure in words, and a fault of ours with its stack, both on standard error', async () => {
    const expected = await call(
      ['plan'],
      only(() => Promise.reject(new CommandError('the engine is gone'))),
    );
    expect(expected).to.deep.equal({ code: 1, out: '', err: 'bastion: the engine is gone\n' });
    const fault = await call(
      ['plan'],
      only(() => Promise.reject(new TypeError('x is not a function'))),
    );
    expect(fault.code).to.equal(1);
    expect(fault.err).to.contain('x is not a function').and.to.contain('dispatch.spec.ts');
  });

  it('leaves no signal listener behind', async () => {
    const before = process.listenerCount('SIGTERM') + process.listenerCount('SIGINT');
    await call(
      ['plan'],
      only(() => Promise.resolve(0)),
    );
    expect(process.listenerCount('SIGTERM') + process.listenerCount('SIGINT')).to.equal(before);
  });

  it('aborts the command when asked to stop', async () => {
    const stopping = call(
      ['plan'],
      only(
        ({ signal }) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve(7));
            process.emit('SIGTERM');
          }),
      ),
    );
    expect((await stopping).code).to.equal(7);
  });
});
