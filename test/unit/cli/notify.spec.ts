import { join } from 'node:path';
import { expect } from 'chai';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from '../desired/desired-directory.ts';
import { memoryOutput } from './support.ts';

describe('bastion notify test', () => {
  const directory = temporaryDirectory('notify');

  async function notify(bastion: string, ...args: string[]) {
    const desired = join(directory(), 'desired');
    writeFiles(desired, { 'a.yaml': `${manifest('Bastion', 'home', bastion)}---\n${manifest('Network', 'n')}` });
    const [output, errors] = [memoryOutput(), memoryOutput()];
    const streams = { output: () => output, errors: () => errors };
    const places = ['--desired-state', desired, '--state', join(directory(), 'state')];
    const code = await dispatch(['notify', 'test', ...args, ...places], { BASTION_CONFIG: '' }, streams);
    return { code, output: output.text, errors: errors.text };
  }

  it('has failed where no receiver is configured, says so and what to do, and nothing of what it sent', async () => {
    for (const bastion of ['{}', '{notifications: {receivers: {}}}']) {
      const { code, output, errors } = await notify(bastion);
      expect(code, bastion).to.equal(1);
      expect(output).to.equal('');
      expect(errors).to.contain('no receiver of notifications is configured').and.to.contain('docs/notifications.md');
      expect(errors).to.not.contain('sent by this command');
    }
  });

  it('says the same to a program', async () => {
    const { code, output, errors } = await notify('{}', '--json');
    expect({ code, errors }).to.deep.equal({ code: 1, errors: '' });
    expect(JSON.parse(output)).to.deep.equal({ byOperator: false, results: {} });
  });

  it('does not take a Bastion that it cannot read for one that names nobody', async () => {
    const { code, errors } = await notify('{notifications: {receivers: {phone: {type: pigeon}}}}');
    expect(code).to.equal(1);
    expect(errors).to.contain('bastion validate').and.to.not.contain('no receiver of notifications is configured');
  });

  it('says of one that does not exist that there is none of its name', async () => {
    const { code, errors } = await notify('{}', 'phone');
    expect(code).to.equal(1);
    expect(errors).to.contain('the Bastion names no receiver phone');
  });

  it('says that it sent by itself where no operator runs', async () => {
    const { code, output, errors } = await notify(
      '{notifications: {receivers: {hook: {type: webhook, url: "http://127.0.0.1:1/"}}}}',
    );
    expect(code).to.equal(1);
    expect(errors).to.contain('no operator runs: sent by this command itself');
    expect(output).to.match(/^x hook: /);
  });
});
