import { expect } from 'chai';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { FieldValue } from '../../../src/model/fields.ts';
import type { KeyTree } from '../../../src/model/file-specs.ts';
import { isTree, leavesOf } from '../../../src/model/key-tree.ts';
import type { PatchWish } from '../../../src/plan/patch/decide.ts';
import { patchText, type PatchResult } from '../../../src/plan/patch/patch-text.ts';

const OWNED = `# The gateway of the house.
entryPoints:
    web:
        address: ":80"   # plain, redirects
    # TLS comes here
    websecure:
        address: ':443'

log:
    level: WARN # quiet
ping:
providers: {file: {directory: /etc/traefik/dynamic}}   # one line
accessLog:
    fields:
        headers:
            - one   # first

            - two
motd: |
    hello

    there
`;

describe('patching YAML of somebody else', () => {
  type Good = Exclude<PatchResult, { problem: string }>;
  function patched(text: string, set: KeyTree, parts: Partial<PatchWish> = {}): Good {
    const result = patchText(text, { set, overwrite: [], wrote: {}, ...parts });
    if ('problem' in result) throw new Error(result.problem);
    return result;
  }
  const problem = (text: string, set: KeyTree = { a: 1 }): string => {
    const result = patchText(text, { set, overwrite: [], wrote: {} });
    return 'problem' in result ? result.problem : 'none';
  };
  /** Lines that are new, and lines that went. */
  function difference(before: string, after: string): { added: string[]; gone: string[] } {
    const [old, now] = [before.split('\n'), after.split('\n')];
    return { added: now.filter((line) => !old.includes(line)), gone: old.filter((line) => !now.includes(line)) };
  }

  it('adds keys where they belong, as the owner indents, and leaves every other line as it is', () => {
    const { text } = patched(OWNED, {
      entryPoints: { metrics: { address: ':8082', http: { tls: {} } } },
      metrics: { prometheus: { entryPoint: 'metrics', buckets: [0.1, 0.3] } },
    });
    expect(text).to.equal(
      OWNED.replace(
        `        address: ':443'\n`,
        `        address: ':443'\n    metrics:\n        address: :8082\n        http:\n            tls: {}\n`,
      ) +
        `metrics:\n    prometheus:\n        entryPoint: metrics\n        buckets:\n            - 0.1\n            - 0.3\n`,
    );
  });

  it('adds to a map on one line, to a key without a value, after a list and after a block of text', () => {
    const set = {
      providers: { file: { watch: true } },
      ping: { entryPoint: 'ping' },
      accessLog: { format: 'json' },
      log: { format: 'json' },
    };
    const { text } = patched(OWNED, set);
    expect(difference(OWNED, text)).to.deep.equal({
      added: [
        '    format: json',
        '    entryPoint: ping',
        'providers: {file: {directory: /etc/traefik/dynamic, watch: true}}   # one line',
        '    format: json',
      ],
      gone: ['providers: {file: {directory: /etc/traefik/dynamic}}   # one line'],
    });
    expect(parse(text)).to.deep.include({ motd: 'hello\n\nthere\n', ping: { entryPoint: 'ping' } });
    expect(patched('a: {}\n', { a: { b: 1 } }).text).to.equal('a: { b: 1 }\n');
    expect(patched('a: {b: 1,}\n', { a: { c: 2 } }).text).to.match(/^a: \{ ?b: 1, c: 2,? ?\}\n$/);
  });

  it('exchanges a value in its place, in the owner’s quotes, with its comment', () => {
    const overwrite = ['log.level', 'entryPoints'];
    const { text } = patched(
      OWNED,
      { log: { level: 'INFO' }, entryPoints: { websecure: { address: ':8443' } } },
      { overwrite },
    );
    expect(difference(OWNED, text)).to.deep.equal({
      added: [`        address: ':8443'`, '    level: INFO # quiet'],
      gone: [`        address: ':443'`, '    level: WARN # quiet'],
    });
  });

  it('writes a file anew where a line is not enough, with all comments, the order and foreign keys', () => {
    const set = { accessLog: { fields: { headers: ['three'] } } };
    const { text, conflicts } = patched(OWNED, set, { overwrite: ['accessLog'] });
    expect(conflicts).to.deep.equal([]);
    const before = parse(OWNED) as KeyTree;
    expect(parse(text)).to.deep.equal({ ...before, ...set });
    expect(Object.keys(parse(text) as KeyTree)).to.deep.equal(Object.keys(before));
    for (const comment of [
      '# The gateway of the house.',
      '# plain, redirects',
      '# TLS comes here',
      '# quiet',
      '# one line',
    ])
      expect(text).to.contain(comment);
  });

  it('changes nothing, to the letter, where all holds', () => {
    const odd = 'a:   {b:  "x" }  # odd\n\n\n\nc: 0x10\nd: ~\n';
    const { text, changes, wrote } = patched(odd, { a: { b: 'x' }, c: 16, d: null });
    expect({ text, changes, wrote }).to.deep.equal({ text: odd, changes: [], wrote: {} });
  });

  it('tells what it changes, value by value', () => {
    expect(patched('a: 1\n', { a: 1, b: { c: [1], d: {} } }).changes).to.deep.equal([
      { path: 'b.c', want: [1], got: undefined },
      { path: 'b.d', want: {}, got: undefined },
    ]);
  });

  it('compares lists and writes them whole, and asks an empty map only to be there', () => {
    expect(patched('a: [1, 2]\n', { a: [1, 2] }).changes).to.deep.equal([]);
    expect(patched('a: [2, 1]\n', { a: [1, 2] }).conflicts).to.have.length(1);
    expect(patched('a: {b: 1}\n', { a: {} }).changes).to.deep.equal([]);
    expect(patched('a:\n', { a: {} }).text).to.equal('a: {}\n');
    expect(patched('a: 1\n', { a: {} }).conflicts).to.deep.equal([{ path: 'a', want: {}, got: 1 }]);
  });

  it('quotes text that a reader of YAML 1.1 would take for something else', () => {
    const { text } = patched('', { on: 'yes', mode: '0644', time: '1:20', plain: 'text', number: 5 });
    expect(text).to.equal('"on": "yes"\nmode: "0644"\ntime: "1:20"\nplain: text\nnumber: 5\n');
  });

  it('takes keys with dots and keys that are numbers', () => {
    const set = { http: { 'a.b': { '8080': 'x' } } };
    const { text, changes } = patched('http:\n  a.b:\n    8080: y\n', set, { overwrite: ['http["a.b"]'] });
    expect(text).to.equal('http:\n  a.b:\n    8080: x\n');
    expect(changes[0]?.path).to.equal('http["a.b"].8080');
  });

  it('keeps line ends, byte order mark and a missing last line end', () => {
    expect(patched('a:\r\n  b: 1\r\nc: 2\r\n', { a: { d: 3 } }).text).to.equal('a:\r\n  b: 1\r\n  d: 3\r\nc: 2\r\n');
    expect(patched('\uFEFFa: 1\n', { b: 2 }).text).to.equal('\uFEFFa: 1\nb: 2\n');
    expect(patched('a:\n  b: 1', { a: { c: 2 } }).text).to.equal('a:\n  b: 1\n  c: 2\n');
    expect(patched('', { a: 1 }).text).to.equal('a: 1\n');
    expect(patched('# only words\n', { a: 1 }).text).to.equal('# only words\na: 1\n');
    expect(parse(patched('---\na: 1\n...\n', { b: 2 }).text)).to.deep.equal({ a: 1, b: 2 });
  });

  describe('whose value it is', () => {
    it('the owner’s stays, is told, and the rest is written', () => {
      const { text, conflicts, changes } = patched('log: {level: WARN}\n', { log: { level: 'INFO', format: 'json' } });
      expect(text).to.equal('log: {level: WARN, format: json}\n');
      expect(conflicts).to.deep.equal([{ path: 'log.level', want: 'INFO', got: 'WARN' }]);
      expect(changes.map(({ path }) => path)).to.deep.equal(['log.format']);
    });

    it('one that we wrote follows the wish, also after it was taken back', () => {
      const first = patched('', { level: 'INFO' });
      const second = patched(first.text, { level: 'DEBUG' }, { wrote: first.wrote });
      expect(second).to.deep.include({ text: 'level: DEBUG\n', conflicts: [] });
      expect(second.wrote).to.deep.equal({ level: ['INFO', 'DEBUG'] });
      // The consumer did not take it, and the old text came back.
      const third = patched(first.text, { level: 'ERROR' }, { wrote: second.wrote });
      expect(third).to.deep.include({ text: 'level: ERROR\n', conflicts: [] });
      const edited = patched('level: TRACE\n', { level: 'ERROR' }, { wrote: third.wrote });
      expect(edited.conflicts).to.deep.equal([{ path: 'level', want: 'ERROR', got: 'TRACE' }]);
    });

    it('a value that was ours all the time, or was there before us, is not ours to change', () => {
      const before = patched('level: INFO\n', { level: 'INFO' });
      expect(patched(before.text, { level: 'DEBUG' }, { wrote: before.wrote }).conflicts).to.have.length(1);
    });

    it('what is missing, or empty, is nobody’s, whatever we wrote', () => {
      const wrote = { 'a.b': [1] };
      expect(patched('a:\n', { a: { b: 2 } }, { wrote }).text).to.equal('a:\n  b: 2\n');
      expect(patched('a:\n  b:\n', { a: { b: 2 } }, { wrote }).text).to.equal('a:\n  b: 2\n');
    });

    it('a value in the place of a map stops all below it, unless it is named', () => {
      const set = { log: { level: 'INFO', format: 'json' } };
      expect(patched('log: true\n', set).conflicts).to.deep.equal([{ path: 'log', want: set.log, got: true }]);
      expect(patched('log: true # all\n', set).text).to.equal('log: true # all\n');
      expect(parse(patched('log: true\nb: 1\n', set, { overwrite: ['log'] }).text)).to.deep.equal({ ...set, b: 1 });
      expect(parse(patched('log: {x: 1}\n', { log: false }, { overwrite: ['log'] }).text)).to.deep.equal({
        log: false,
      });
    });

    it('keys that are not wished for any more are left', () => {
      const first = patched('a: 1\n', { b: 2, c: 3 });
      const second = patched(first.text, { b: 2 }, { wrote: first.wrote });
      expect(second).to.deep.include({ text: first.text, wrote: first.wrote });
    });
  });

  it('refuses what cannot be changed without touching more, and says where', function () {
    this.timeout(20_000);
    expect(problem('a: [1\n')).to.match(/^is not YAML: line 2: /);
    expect(problem('a: 1\n\tb: 2\n')).to.match(/^is not YAML: line \d/);
    expect(problem('a: 1\n---\nb: 1\n')).to.equal(
      'holds several YAML documents (line 2): only a file with one can be changed',
    );
    expect(problem('b: &x {c: 1}\nd: 2\n')).to.contain('has an anchor &x').and.to.contain('(line 1)');
    expect(problem('b: &x 1\nd: *x\n')).to.contain('line 1');
    expect(problem('b: 1\nb: 2\n')).to.equal('has the key b twice in one map (line 2)');
    expect(problem('- 1\n')).to.equal('is not a map of keys');
    expect(problem('just words\n')).to.equal('is not a map of keys');
    for (const deep of ['[', '{a: ', '- ', '? '])
      expect(problem(deep.repeat(20_000)), deep).to.equal('is nested too deeply to be read');
    expect(problem('{{ range .x }}\na: 1\n{{ end }}\n')).to.match(/^is not YAML/);
  });

  describe('for any text and any wish', function () {
    this.timeout(30_000);
    const key = fc.constantFrom('a', 'b', 'c.d', 'e f', '8080', 'yes', 'größe');
    const scalar: fc.Arbitrary<FieldValue> = fc.oneof(
      fc.integer({ min: -9, max: 99 }),
      fc.boolean(),
      fc.constantFrom(
        '',
        'text',
        'a: b',
        '# no comment',
        'yes',
        '0644',
        ':80',
        'two\nlines\n',
        ' spaced ',
        '"',
        "it's",
        '{{ x }}',
      ),
    );
    const { tree } = fc.letrec<{ tree: KeyTree; value: FieldValue }>((tie) => ({
      tree: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 4 },
        { weight: 3, arbitrary: scalar },
        { weight: 1, arbitrary: fc.array(scalar, { maxLength: 3 }) },
        { weight: 3, arbitrary: tie('tree') },
      ),
    }));
    const layout = fc.record({
      indent: fc.constantFrom(2, 3, 4),
      indentSeq: fc.boolean(),
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_SINGLE' as const, 'QUOTE_DOUBLE' as const),
      isFlow: fc.boolean(),
    });
    /** With comments after and before lines. */
    const withComments = (text: string): string =>
      text
        .split('\n')
        .map((line, index) =>
          line === '' ? '' : index % 2 === 0 ? `${line} # after ${index}` : `# before ${index}\n${line}`,
        )
        .join('\n');
    const owned = fc.tuple(tree, layout).map(([value, { isFlow, ...style }]) => {
      const text = stringify(value, { ...style, lineWidth: 0, collectionStyle: isFlow ? 'flow' : 'any' });
      const isPlain = !isFlow && !JSON.stringify(value).includes('\\n');
      return { value, text: isPlain ? withComments(text) : text };
    });
    const comments = (text: string): string[] => text.match(/# (?:after|before) \d+/g) ?? [];
    const without = (value: KeyTree, leaves: readonly (readonly string[])[]): FieldValue =>
      Object.fromEntries(
        Object.entries(value).flatMap(([name, member]) => {
          const below = leaves.filter(([first]) => first === name).map(([, ...rest]) => rest);
          if (below.some((rest) => rest.length === 0)) return [];
          return [[name, isTree(member) ? without(member, below) : below.length > 0 && member === null ? {} : member]];
        }),
      );

    it('what is wished holds, what is not stays with every comment, and a second time there is nothing to do', () => {
      fc.assert(
        fc.property(owned, tree, fc.boolean(), ({ value, text }, set, mayOverwrite) => {
          fc.pre(Object.keys(set).length > 0);
          const overwrite = mayOverwrite
            ? Object.keys(set).map((name) => (/[. ]/.test(name) ? `["${name}"]` : name))
            : [];
          const result = patched(text, set, { overwrite });
          const now = (parse(result.text) ?? {}) as KeyTree;
          const contested = result.conflicts.map(({ path }) => path);
          if (mayOverwrite) expect(contested).to.deep.equal([]);

          const again = patched(result.text, set, { overwrite, wrote: result.wrote });
          expect(again.text).to.equal(result.text);
          expect(again.changes).to.deep.equal([]);
          expect(again.conflicts.map(({ path }) => path)).to.deep.equal(contested);

          // Without conflicts all that is not named is as it was, and in its order.
          const named = leavesOf(set).map(({ keys }) => keys);
          const gone = mayOverwrite && comments(text).length !== comments(result.text).length;
          if (contested.length === 0 && !mayOverwrite) {
            expect(prune(without(now, named))).to.deep.equal(prune(without(value, named)));
            expect(comments(result.text)).to.deep.equal(comments(text));
          }
          if (!gone) expect(comments(result.text)).to.have.members(comments(text));
          const order = Object.keys((parse(text) ?? {}) as KeyTree);
          expect(Object.keys(now).filter((name) => order.includes(name))).to.deep.equal(order);
        }),
        { numRuns: 200 },
      );
    });
  });

  /** Without maps that hold nothing: those that only led to what was named. */
  function prune(value: FieldValue): FieldValue | undefined {
    if (!isTree(value)) return value;
    const members = Object.entries(value).flatMap(([name, member]) => {
      const kept = prune(member);
      return kept === undefined || kept === null ? [] : [[name, kept] as const];
    });
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
});
