import { expect } from 'chai';
import { applyEnding } from '../../../src/cli/apply-ending.ts';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { chooseLog } from '../../../src/cli/choose-log.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { startStep, stepFinished } from '../../support/trace-events.ts';
import { memoryOutput } from './support.ts';

describe('bastion apply, which tries once', () => {
  it('says at its end that it tries no more, and what does', () => {
    expect(applyEnding('failing', 'failing: Container/web will be tried again', { state: '/s' })).to.equal(
      'failing: Container/web\nnot tried again by this command: mend it and repeat bastion apply --state /s, or let bastion run --state /s go on trying\n',
    );
  });

  it('says nothing of trying where nothing failed', () => {
    expect(applyEnding('waiting', 'halted at gate look', {})).to.equal('halted at gate look\n');
    expect(applyEnding('converged', 'converged', {})).to.equal('');
  });

  async function told(once: boolean): Promise<string> {
    const options = COMMANDS['apply']?.options ?? {};
    const settings = await resolveSettings(parseArguments([], options), options, options, { BASTION_CONFIG: '' });
    const output = memoryOutput();
    const log = await chooseLog(settings, output, { automatic: 'text', times: false, once });
    log.consume(
      stepFinished(startStep('Container/web'), { type: 'retry', error: { code: 'ENGINE_FAULT', message: 'no' } }),
    );
    const message = 'no (tried once, will be tried again)';
    const condition = {
      key: 'Container/web',
      type: 'Degraded',
      reason: 'EngineFault',
      message,
      observedHash: '',
    } as const;
    log.consume({ type: 'condition-changed', at: 0, condition, previous: undefined });
    log.consume({ type: 'stopped', at: 0, reason: 'settled' });
    return output.text;
  }

  it('promises nothing meanwhile; an operator does', async () => {
    const text = await told(true);
    expect(text).to.contain('failed: no [ENGINE_FAULT]\n').and.to.contain('no (tried once)\n');
    expect((await told(false)).match(/, will be tried again/g)).to.have.length(2);
  });
});
