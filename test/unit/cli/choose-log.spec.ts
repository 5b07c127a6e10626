import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { chooseLog } from '../../../src/cli/choose-log.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { memoryOutput } from './support.ts';

describe('the log of a run', () => {
  const options = COMMANDS['run']?.options ?? {};

  async function told(...args: string[]): Promise<string> {
    const settings = await resolveSettings(parseArguments(args, options), options, options, { BASTION_CONFIG: '' });
    const output = memoryOutput();
    const log = await chooseLog(settings, output, { automatic: 'text', times: false });
    log.consume({ type: 'pass-finished', at: 0, result: 'failing', milliseconds: 1 });
    const condition = { key: 'Container/web', type: 'Stalled', reason: 'ReplaceLoop', observedHash: '' } as const;
    const message = 'hands off, or: bastion retry Container/web';
    log.consume({ type: 'condition-changed', at: 0, condition: { ...condition, message }, previous: undefined });
    log.consume({ type: 'stopped', at: 0, reason: 'settled' });
    return output.text;
  }

  it('names commands as they have to be typed beside it', async () => {
    const text = await told('--state', '/s', '--gates', '/g', '--listen', 'none');
    expect(text).to.contain('see `bastion status --gates /g --state /s`\n');
    expect(text).to.contain('hands off, or: bastion retry Container/web --state /s\n');
  });

  it('adds nothing where no flag was given', async () =>
    expect(await told())
      .to.contain('see `bastion status`\n')
      .and.to.contain('or: bastion retry Container/web\n'));
});
