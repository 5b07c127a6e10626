import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { CommandError } from '../../../src/cli/errors.ts';
import { COMMON_OPTIONS, RENDER_OPTIONS } from '../../../src/cli/options.ts';
import { command } from '../../../src/cli/render.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { saveConcern } from '../../../src/runtime/memory-file.ts';
import { expectGolden } from '../../support/golden.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from '../desired/desired-directory.ts';
import { expectUsageError, memoryOutput } from './support.ts';

describe('bastion render', () => {
  const directory = temporaryDirectory('render');
  const AUTHORITY = manifest('CertificateAuthority', 'lab', '{create: true}');
  const ZONE = manifest('NetworkZone', 'underlay', '{cidrs: [192.168.1.0/24]}');

  async function render(files: Readonly<Record<string, string>>, ...args: string[]) {
    writeFiles(directory(), files);
    const output = memoryOutput();
    const errors = memoryOutput();
    const { signal } = new AbortController();
    const options = { ...COMMON_OPTIONS, ...RENDER_OPTIONS };
    const state = join(directory(), '..', 'no-such-state');
    const parsed = parseArguments(['--desired-state', directory(), '--state', state, ...args], options);
    const settings = await resolveSettings(parsed, options, options, { BASTION_CONFIG: '' });
    const context = { settings, positionals: parsed.positionals, output, errors, environment: {}, signal };
    return { code: await command(context), output: output.text, errors: errors.text };
  }

  const HOUSE = {
    '00-bastion.yaml': `# What is common to all.\n${manifest('Bastion', 'bastion', '{domain: home}')}---\n${AUTHORITY}`,
    '10-zones.yaml': ZONE,
  };

  it('prints what is rendered as documents that a person could have written, each with its origin', async () => {
    const { code, output, errors } = await render(HOUSE);
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
    expectGolden('unit/cli/golden/render.yaml', output);
  });

  it('prints what one resource is made of, or one of the resources that it is made of', async () => {
    const shared = await render(HOUSE, 'Bastion/bastion');
    expect(shared.output).to.contain('kind: Network').and.to.contain('kind: Certificate');
    const one = await render(HOUSE, 'Certificate/operator');
    expect(one.output.match(/^kind: .*/gm)).to.deep.equal(['kind: Certificate']);
  });

  it('prints nothing, and fails not, for one of which alone nothing is made', async () => {
    expect(await render(HOUSE, 'NetworkZone/underlay')).to.deep.equal({ code: 0, output: '', errors: '' });
  });

  it('says that closed loops have changed something since, and shows it where that is asked for', async () => {
    const state = join(directory(), '..', `${basename(directory())}-state`);
    const level = { level: 1, since: 0, cause: 'memory at 91 %' };
    const memory = { ...EMPTY_MEMORY, levels: { 'Prometheus/prometheus': { memory: level } } } as const;
    mkdirSync(state);
    try {
      await saveConcern(state, 'levels', memory);
      const house = { ...HOUSE, '20.yaml': manifest('Prometheus', 'prometheus', '{scrapeInterval: 15s}') };
      const written = await render(house, '--state', state);
      expect(written.output.split('\n')[0]).to.match(/^# as written; .*--levels.*: Prometheus\/prometheus memory 1$/);
      expect(written.output).to.contain('scrape_interval: 15s');
      const inForce = await render(house, '--state', state, '--levels');
      expect(inForce.output.split('\n')[0]).to.equal(
        '# as its closed loops have it now: Prometheus/prometheus memory 1',
      );
      expect(inForce.output).not.to.contain('scrape_interval: 15s');
    } finally {
      rmSync(state, { recursive: true });
    }
  });

  it('prints nothing where there is nothing to render', async () => {
    expect(await render({ 'a.yaml': AUTHORITY })).to.deep.equal({ code: 0, output: '', errors: '' });
  });

  it('says what was probably meant', async () => {
    const error: unknown = await render(HOUSE, 'Certificate/operater').catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(CommandError);
    expect((error as Error).message).to.contain('did you mean Certificate/operator?');
    await expectUsageError(() => render(HOUSE, 'operator'), 'operator is not a resource; write Kind/name');
  });

  it('prints what can be rendered of an invalid desired state, says what is wrong, and ends with 2', async () => {
    const { code, output, errors } = await render({ ...HOUSE, 'bad.yaml': 'kind: [' });
    expect(code).to.equal(2);
    expect(output).to.contain('# from Bastion/bastion (00-bastion.yaml:2)');
    expect(errors).to.contain('bad.yaml:1:');
  });

  it('tells the same as JSON', async () => {
    const { code, output, errors } = await render(HOUSE, '--json', 'Certificate/operator');
    expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
    const told = JSON.parse(output) as { manifests: { from: string; source: unknown; manifest: { kind: string } }[] };
    expect(told).to.include({ valid: true });
    expect(told.manifests.map(({ from, source, manifest: { kind } }) => ({ from, source, kind }))).to.deep.equal([
      { from: 'Bastion/bastion', source: { file: '00-bastion.yaml', line: 2 }, kind: 'Certificate' },
    ]);
  });
});
