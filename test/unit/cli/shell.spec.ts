import { expect } from 'chai';
import { parseArguments } from '../../../src/cli/arguments.ts';
import type { CommandDefinition } from '../../../src/cli/command.ts';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { commandHelp } from '../../../src/cli/help.ts';
import { COMMON_OPTIONS } from '../../../src/cli/options.ts';
import { bashCompletion } from '../../../src/cli/shell/bash.ts';
import { fishCompletion } from '../../../src/cli/shell/fish.ts';
import { shellGrammar } from '../../../src/cli/shell/grammar.ts';
import { manPage } from '../../../src/cli/shell/man-page.ts';
import { offersOf } from '../../../src/cli/shell/offers.ts';
import { roffLines } from '../../../src/cli/shell/roff.ts';
import { zshCompletion } from '../../../src/cli/shell/zsh.ts';
import { splitShellWords } from '../../support/shell-words.ts';

const NEW: CommandDefinition = {
  summary: "it's new: `new TO` [really]",
  positionals: '[to DIRECTORY]',
  maximumPositionals: 2,
  options: { ...COMMON_OPTIONS, colour: { type: 'string', value: 'red|green', help: 'of it' } },
  exitCodes: '0',
  examples: [{ line: 'bastion new to /srv --colour red', does: 'all of it' }],
  load: () => Promise.reject(new Error('not loaded')),
};
const PAGE = { version: '1.2.3', date: '2026-11-28' };

describe('what shells are told of the commands', () => {
  it('reads off the placeholders of help what may stand somewhere', () => {
    expect(offersOf('[renew')).to.deep.equal([{ type: 'words', words: ['renew'] }]);
    expect(offersOf('CERTIFICATE]')).to.deep.equal([{ type: 'names', kind: 'Certificate' }]);
    expect(offersOf('BACKUP|DIRECTORY')).to.deep.equal([{ type: 'names', kind: 'Backup' }, { type: 'directories' }]);
    expect(offersOf('[Kind/name]')).to.deep.equal([{ type: 'keys' }]);
    expect(offersOf('KIND[.FIELD...]')[0]).to.have.property('words').that.includes('Container');
    expect(offersOf('HOST:PORT')).to.deep.equal([]);
  });

  it('has every command and flag of the table in every form, without a change of the generators', () => {
    const commands = { ...COMMANDS, new: NEW };
    const grammar = shellGrammar(commands);
    const page = manPage(commands, PAGE);
    for (const text of [bashCompletion(grammar), zshCompletion(grammar), fishCompletion(grammar)])
      for (const name of ['new', 'colour', 'red', ...Object.keys(COMMANDS), ...Object.keys(COMMON_OPTIONS)])
        expect(text).to.contain(name);
    for (const name of ['new', 'colour', 'exporter-image']) expect(page).to.contain(name.replaceAll('-', '\\-'));
  });

  for (const [name, definition] of Object.entries(COMMANDS))
    it(`shows examples of ${name} that can be typed as they are`, () => {
      const help = commandHelp(name, definition);
      for (const { line } of definition.examples) {
        expect(help).to.contain(line);
        const [program, command, ...words] = splitShellWords(line.replace(/^sudo /, ''));
        expect([program, command]).to.deep.equal(['bastion', name]);
        const { positionals } = parseArguments(words, definition.options);
        expect(positionals).to.have.lengthOf.at.most(definition.maximumPositionals);
        shellGrammar({ [name]: definition }).commands[0]?.positions.forEach(({ offers }, index) => {
          const alone = offers.length === 1 ? offers[0] : undefined;
          // A field may follow a kind.
          const typed = positionals[index]?.split('.')[0];
          if (alone?.type === 'words' && typed !== undefined && name !== 'exporter-image')
            expect(alone.words).to.include(typed);
        });
      }
    });

  it('never lets text of the table be a request or an escape of roff', () => {
    expect(roffLines('.so /etc/shadow')).to.equal('\\&.so /etc/shadow');
    expect(roffLines("'tis \\fBold")).to.equal('\\(aqtis \\efBold');
    expect(roffLines(`${'word '.repeat(30)}.end`)).to.not.match(/^[.']/m);
    const lines = manPage(COMMANDS, PAGE).split('\n');
    expect(lines.filter((line) => line.length > 80)).to.deep.equal([]);
  });
});
