import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import { command } from '../../../src/cli/validate.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from '../desired/desired-directory.ts';
import { memoryOutput } from './support.ts';

describe('bastion validate', () => {
  const directory = temporaryDirectory('validate');

  /** The last line of what it writes. */
  async function verdict(...documents: string[]): Promise<string | undefined> {
    writeFiles(directory(), { 'a.yaml': documents.join('---\n') });
    const output = memoryOutput();
    const { signal } = new AbortController();
    const parsed = parseArguments(['--desired-state', directory()], COMMON_OPTIONS);
    const settings = await resolveSettings(parsed, COMMON_OPTIONS, COMMON_OPTIONS, { BASTION_CONFIG: '' });
    await command({ settings, positionals: [], output, errors: output, environment: {}, signal });
    return output.text.trimEnd().split('\n').at(-1);
  }

  it('counts one as one', async () => {
    const network = manifest('Network', 'n');
    const secret = (name: string, length = 40): string =>
      manifest('Secret', name, `{path: /opt/${name}, generate: {length: ${length}, alphabet: "01"}}`);
    expect(await verdict(network)).to.equal('valid: 1 resource');
    expect(await verdict(network, manifest('Network', 'm'))).to.equal('valid: 2 resources');
    expect(await verdict(network, secret('s', 8))).to.equal('valid: 2 resources, 1 warning');
    expect(await verdict(secret('s', 8), secret('t', 8))).to.equal('valid: 2 resources, 2 warnings');
    expect(await verdict(secret('s', 1))).to.equal('invalid: 1 error');
    expect(await verdict(secret('s', 1), secret('t', 1))).to.equal('invalid: 2 errors');
  });
});
