import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseArguments, resolveSettings } from '../../../src/cli/arguments.ts';
import { command } from '../../../src/cli/gates.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { manifest, writeFiles } from '../desired/desired-directory.ts';
import { memoryOutput } from './support.ts';

/** Gates are read without an operator, and without an engine. */
describe('bastion gates', () => {
  const directory = temporaryDirectory('gates');

  /** What the command writes for one gate and these files. */
  async function gates(files: readonly string[], ...args: string[]): Promise<string> {
    const places = { 'desired-state': 'desired', gates: 'gates', state: 'state', docker: 'no-engine.sock' };
    const at = (name: string): string => join(directory(), name);
    writeFiles(at('desired'), { 'a.yaml': manifest('Gate', 'reviewed', '{checklist: [look], revalidate: onChange}') });
    mkdirSync(at('gates'), { recursive: true });
    for (const file of files) writeFileSync(join(at('gates'), file), '');
    const flags = Object.entries(places).flatMap(([flag, place]) => [
      `--${flag}`,
      flag === 'docker' ? `unix://${at(place)}` : at(place),
    ]);
    const parsed = parseArguments([...flags, ...args], COMMON_OPTIONS);
    const settings = await resolveSettings(parsed, COMMON_OPTIONS, COMMON_OPTIONS, { BASTION_CONFIG: '' });
    const output = memoryOutput();
    const { signal } = new AbortController();
    await command({ settings, positionals: [], environment: {}, output, errors: memoryOutput(), signal });
    return output.text;
  }

  const WHY = 'nothing is remembered of what it depends on';

  it('says why a file that is there does not count, also where nothing is remembered', async () => {
    expect(await gates(['reviewed.ok'])).to.contain(`a file is there but does not count: ${WHY}`);
  });

  it('does not make up since when a gate waits', async () => {
    const shown = await gates([]);
    expect(shown).to.contain('  ! reviewed  closed, waiting for you\n');
    const told = JSON.parse(await gates([], '--json')) as { gates: { since: string | null }[] };
    expect(told.gates[0]?.since).to.equal(null);
  });

  it('says of a mistyped file what was meant', async () => {
    expect(await gates(['revieved.ok'])).to.contain(
      `  ! ${directory()}/gates/revieved.ok opens nothing: no gate is named revieved; ` +
        `did you mean reviewed: touch ${directory()}/gates/reviewed.ok\n`,
    );
  });

  it('says both in JSON', async () => {
    const told = JSON.parse(await gates(['reviewed.ok', 'revieved.ok'], '--json')) as {
      gates: { refused?: string }[];
      warnings: string[];
    };
    expect(told.gates[0]?.refused).to.contain(WHY);
    expect(told.warnings.join()).to.contain('revieved.ok opens nothing');
  });
});
