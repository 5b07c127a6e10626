import { expect } from 'chai';
import { blocksOf } from '../../support/documentation/blocks.ts';
import { commandLineProblem } from '../../support/documentation/command-line.ts';
import { anchorsOf, brokenLink, linksOf } from '../../support/documentation/links.ts';
import { completed } from '../../support/documentation/manifests.ts';
import { shellCommands } from '../../support/documentation/shell-commands.ts';

describe('what reads the documentation', () => {
  it('finds blocks with their language, mark and reason', () => {
    const text = 'a\n```sh not-run: needs a second machine\nssh x\n```\n- b\n\n  ```yaml\n  a:\n    - b\n  ```\n';
    expect(blocksOf('p.md', text)).to.deep.equal([
      { page: 'p.md', line: 2, language: 'sh', mark: 'not-run', reason: 'needs a second machine', text: 'ssh x\n' },
      { page: 'p.md', line: 7, language: 'yaml', mark: '', reason: '', text: 'a:\n  - b\n' },
    ]);
    expect(() => blocksOf('p.md', '```sh\n')).to.throw('p.md:1: this fence is not closed');
  });

  for (const [text, commands] of [
    ['a b # c\nd', [['a', 'b'], ['d']]],
    ['A=1 B=2 a "b # c" && sudo d | e', [['a', 'b # c'], ['d'], ['e']]],
    ['a \\\n  --b > c 2>&1', [['a', '--b']]],
    ["cat > f <<'END'\nx y\nEND\na", [['cat'], ['a']]],
    [
      'echo "$(date)" $(a b)',
      [
        ['a', 'b'],
        ['echo', '$(date)', '$()'],
      ],
    ],
    ['until a; do b; done', [['a'], ['b']]],
  ] as const)
    it(`finds the commands of ${JSON.stringify(text)}`, () => expect(shellCommands(text)).to.deep.equal(commands));

  it('finds what is wrong with a command line', () => {
    expect(commandLineProblem(['plan', '--json', '--root', '/x'])).to.equal(undefined);
    expect(commandLineProblem(['plam'])).to.equal('there is no command plam');
    expect(commandLineProblem(['plan', '--rooot', '/x'])).to.match(/unknown flag --rooot; did you mean --root/);
    expect(commandLineProblem(['plan', 'x'])).to.equal('unexpected argument x');
    expect(commandLineProblem(['restore', 'nightly', '--to'])).to.match(/--to needs a value/);
  });

  it('finds links and what they lead to', () => {
    expect(linksOf('[a](b.md#c) [d](https://e.example)\n```text\n[f](g)\n```\n')).to.deep.equal([
      { line: 1, target: 'b.md#c' },
    ]);
    expect([...anchorsOf('# A `b`: c, d\n## A\n## A\n```text\n# no\n```\n')]).to.deep.equal(['a-b-c-d', 'a', 'a-1']);
    expect(brokenLink('docs/runbook.md', '#targetdown')).to.equal(undefined);
    expect(brokenLink('docs/runbook.md', '#nothing')).to.equal('docs/runbook.md has no heading for #nothing');
    expect(brokenLink('README.md', 'runbook.md')).to.equal('there is no runbook.md');
  });

  it('completes a fragment member by member', () => {
    const text = completed('README.md', ['kind: Gate\nmetadata: {name: reviewed}\nspec: {revalidate: onChange}']);
    expect(text).to.contain('kind: Network');
    expect(text).to.match(/checklist:\n\s+- It was looked at\n\s+revalidate: onChange/);
  });
});
