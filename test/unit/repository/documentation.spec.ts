import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import {
  blocksOf,
  pages,
  place,
  proseOf,
  readPage,
  REPOSITORY,
  type Block,
} from '../../support/documentation/blocks.ts';
import { commandLineProblem, settingsProblem } from '../../support/documentation/command-line.ts';
import { brokenLink, linksOf } from '../../support/documentation/links.ts';
import { completed, findingsOf } from '../../support/documentation/manifests.ts';
import { shellCommands } from '../../support/documentation/shell-commands.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

/**
 * What a fence of each language may say besides: CONTRIBUTING.md, "Documentation", says what the marks mean.
 */
const MARKS: Readonly<Record<string, readonly string[]>> = {
  yaml: ['', 'beside', 'fragment', 'settings', 'other'],
  sh: ['', 'run', 'terminal', 'not-run'],
  console: ['', 'run'],
  json: [''],
  text: [''],
  ini: [''],
  promql: [''],
};

/** Marks that need a word of explanation or a name behind a colon. */
const EXPLAINED = ['beside', 'other', 'not-run', 'terminal'];

/** Programs of the machine that examples may call; anything else is a typing error, or belongs here. */
const PROGRAMS = readLines('programs.txt');

/** Blocks that no test can run: `page: reason`, one for each fence with the mark `not-run`. Keep it short. */
const NOT_RUN = readLines('not-run.txt');

const PAGES = pages();
const BLOCKS = PAGES.flatMap((page) => blocksOf(page));
const SCRIPTS = (JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as { scripts: object }).scripts;

function readLines(name: string): string[] {
  return readFileSync(new URL(name, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** The shell text of a block: of a console, what follows a prompt. */
function shellOf({ language, text }: Block): string | undefined {
  if (language === 'sh') return text;
  if (language !== 'console') return undefined;
  const typed = text.split('\n').filter((line) => /^[$#] /.test(line));
  return typed.map((line) => line.slice(2)).join('\n');
}

/** What is wrong with one command of an example. */
function problemOf(words: readonly string[]): string | undefined {
  const [program = '', ...rest] = words;
  if (/(^|\/)bastion$/.test(program)) return commandLineProblem(rest);
  if (program === 'npm' && rest[0] === 'run' && !Object.hasOwn(SCRIPTS, rest[1] ?? ''))
    return `package.json has no script ${rest[1] ?? ''}`;
  // A variable, as in `$EDITOR file`, or a program of this repository.
  if (program.startsWith('$')) return undefined;
  if (program.startsWith('./')) return readdirSync(REPOSITORY).includes(program.slice(2)) ? undefined : `no ${program}`;
  return PROGRAMS.includes(program.replace(/^.*\//, '')) ? undefined : `${program} is in no list of programs`;
}

describe('the documentation', function () {
  // Some examples are laid into the whole stack, which is rendered for each.
  this.timeout(30_000);
  const directory = temporaryDirectory('documentation');

  describe('fenced blocks', () => {
    it('say what they are in a way that is known', () => {
      for (const block of BLOCKS) {
        const { language, mark, reason } = block;
        expect(Object.keys(MARKS), `${place(block)}: language`).to.include(language);
        expect(MARKS[language], `${place(block)}: mark`).to.include(mark);
        expect(reason !== '', `${place(block)}: what stands behind ${mark}:`).to.equal(EXPLAINED.includes(mark));
      }
    });

    it('are run or checked, but for a short list that says why not', () => {
      const found = BLOCKS.filter(({ mark }) => mark === 'not-run').map(({ page, reason }) => `${page}: ${reason}`);
      expect(found.sort()).to.deep.equal([...NOT_RUN].sort());
    });

    it('of plain text hide no command', () => {
      for (const block of BLOCKS.filter(({ language }) => language === 'text'))
        expect(block.text, place(block)).not.to.match(/^\s*([$#] )?(bastion|sudo|docker|npm) /m);
    });
  });

  describe('examples of YAML', () => {
    const yaml = BLOCKS.filter(({ language }) => language === 'yaml');
    const marked = (mark: string): Block[] => yaml.filter((block) => block.mark === mark);

    for (const block of [...marked(''), ...marked('beside')])
      it(`are accepted by the loader: ${place(block)}`, async () => {
        const base = block.mark === 'beside' ? block.reason : undefined;
        expect(await findingsOf(directory(), [block.text], base)).to.deep.equal([]);
      });

    for (const page of new Set(marked('fragment').map((block) => block.page)))
      it(`are accepted by the loader when they are completed: ${page}`, async () => {
        const fragments = marked('fragment').filter((block) => block.page === page);
        const whole = completed(
          page,
          fragments.map(({ text }) => text),
        );
        expect(await findingsOf(directory(), [whole])).to.deep.equal([]);
      });

    for (const block of marked('settings'))
      it(`are accepted as a configuration file: ${place(block)}`, async () => {
        const path = join(directory(), 'config.yaml');
        writeFileSync(path, block.text);
        expect(await settingsProblem(path)).to.equal(undefined);
      });

    it('of others are YAML', () => {
      for (const block of marked('other'))
        for (const { errors } of parseAllDocuments(block.text)) expect(errors, place(block)).to.deep.equal([]);
    });
  });

  it('has examples of JSON that are JSON', () => {
    for (const block of BLOCKS.filter(({ language }) => language === 'json'))
      expect(() => void JSON.parse(block.text), place(block)).not.to.throw();
  });

  describe('commands', () => {
    const shells = BLOCKS.flatMap((block) => {
      const text = shellOf(block);
      return text === undefined ? [] : [{ block, text }];
    });

    it('are shell', () => {
      for (const { block, text } of shells) {
        const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
        expect(status, `${place(block)}: ${stderr}`).to.equal(0);
      }
    });

    it('exist, with the flags that they are given', () => {
      for (const { block, text } of shells)
        for (const words of block.mark === 'not-run' ? [] : shellCommands(text))
          expect(problemOf(words), `${place(block)}: ${words.join(' ')}`).to.equal(undefined);
    });

    it('exist, too, where they are named in a sentence', () => {
      for (const page of PAGES)
        for (const [, code = ''] of proseOf(readPage(page)).matchAll(/`(bastion [^`]+)`/g)) {
          // `bastion COMMAND`, `bastion validate | plan | ...`, a placeholder: not to be typed like this.
          if (/^bastion ([A-Z]|\.\.\.)/.test(code) || code.includes('|')) continue;
          const words = code.replace(/<[^<>]*>/g, 'NAME').split(/\s+/);
          expect(commandLineProblem(words.slice(1)), `${page}: ${code}`).to.equal(undefined);
        }
    });
  });

  describe('links', () => {
    for (const page of PAGES)
      it(`lead somewhere: ${page}`, () => {
        for (const { line, target } of linksOf(readPage(page)))
          expect(brokenLink(page, target), `${page}:${line}: ${target}`).to.equal(undefined);
      });

    it('lead somewhere from the program and its examples', () => {
      const files = ['src', 'desired-state', 'demo', 'scripts'].flatMap((folder) =>
        readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: 'utf8' })
          .filter((name) => /\.(ts|yaml)$/.test(name))
          .map((name) => join(folder, name)),
      );
      for (const file of files)
        for (const [target] of readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/\bdocs\/[\w/-]+\.md(#[\w-]+)?/g))
          expect(brokenLink('README.md', target), `${file}: ${target}`).to.equal(undefined);
    });
  });

  it('has every page in its index', () => {
    const index = linksOf(readPage('docs/README.md')).map(({ target }) => join('docs', target));
    const docs = PAGES.filter((page) => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(docs.filter((page) => !index.includes(page))).to.deep.equal([]);
  });
});
