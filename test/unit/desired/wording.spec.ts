import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, writeFiles } from './desired-directory.ts';

describe('what is wrong with a manifest is said for whoever wrote it:', () => {
  const directory = temporaryDirectory('wording');
  const findings = async (text: string): Promise<string[]> => {
    writeFiles(directory(), { 'a.yaml': text });
    return lines(await load(directory()));
  };

  for (const [what, text, where, message] of [
    ['an open brace', 'metadata: { name: x\nspec:\n  a: 1\n', '2:1', 'a { above is not closed with }'],
    ['an open bracket', 'a: [1, 2\nb: 3\n', '2:1', 'a [ above is not closed with ]'],
    ['an apostrophe in quotes', "command: [sh, -c, 'it's me']\n", '1:23', "a ' within '...' is written twice"],
    ['a line too far right', 'spec:\n  image: a\n   mem: 1\n', '2:10', 'does not begin further right'],
    ['a line too far left', 'spec:\n    image: a\n  mem: 1\n', '3:1', 'begins at another column'],
    ['a second colon', 'a: b: c\n', '1:4', 'put the value in quotes'],
    ['no colon', 'spec:\n  image busybox\n  b: c\n', '2:3', 'this line is no "key: value"'],
    ['no space behind a colon', 'spec:\n  a:b\n  c: d\n', '2:3', 'the space behind the colon counts'],
    ['a character that YAML keeps for itself', 'a: @foo\n', '1:4', 'wants quotes'],
    ['an open quote', "a: 'foo\nb: c\n", '3:1', "a quote ' is not closed"],
    ['a lone backslash', 'a: "\\d"\n', '1:5', 'a backslash within "..." is written twice'],
    ['a list and a map in one', '- a\nb: c\n', '2:1', 'does not belong to what is above'],
  ] as const)
    it(`${what}, once`, async () => {
      const found = await findings(text);
      expect(found).to.have.length(1);
      expect(found[0])
        .to.match(new RegExp(`^a\\.yaml:${where}: `))
        .and.contain(message);
    });

  it('a kind that does not exist', async () => {
    expect((await findings('apiVersion: v1\nkind: Pod\n'))[0]).to.contain('"Pod" is not a kind. Kinds are ');
  });

  it('a value that cannot be read, and not that it is missing as well', async () => {
    const found = await findings(manifest('Container', 'web', '{image: "busybox:1.36", mem_limit: 31 megs}'));
    expect(found).to.have.length(1);
    expect(found[0]).to.contain('spec.mem_limit: is not a size');
  });

  for (const [text, message] of [
    [container('web', 'dependsOn: [db]'), 'spec.dependsOn[0]: is not written as it must be: Kind/name, such as'],
    [container('w'), 'metadata.name: is not written as it must be (Name of the Docker container): 2 to 128 letters'],
    [manifest('Network', '-x'), 'up to 128 letters'],
    [manifest('Directory', 'd', '{path: opt}'), '(Absolute path on the host): it begins with /'],
    [manifest('Prometheus', 'p', '{scrapeInterval: 15}'), 'scrapeInterval: must be text, not a number'],
    [manifest('Prometheus', 'p', '{scrapeInterval: 15 sec}'), ': a whole number with s, m'],
  ] as const)
    it(`what a text must look like: ${message}`, async () => {
      const found = await findings(text);
      expect(found.join('\n')).to.contain(message).and.not.contain('must match');
    });
});
