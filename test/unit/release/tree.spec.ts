import { expect } from 'chai';
import fc from 'fast-check';
import { posix } from 'node:path';
import { danglingLinks, escapingLinks } from '../../../src/release/escaping-links.ts';
import { READ_LIMITS } from '../../../src/desired/read-directory.ts';
import { refuseTree, TREE_LIMITS } from '../../../src/release/refuse-tree.ts';
import { parseTree, type TreeEntry } from '../../../src/release/tree.ts';
import '../../support/same-runs.ts';

const OBJECT = 'c'.repeat(40);

function file(path: string, more: Partial<TreeEntry> = {}): TreeEntry {
  return { kind: 'file', object: OBJECT, size: 10, path, ...more };
}

describe('the listing of a commit', () => {
  it('is read with every kind of entry and any name', () => {
    const listing = [
      `100644 blob ${OBJECT}      12\ta.yaml`,
      `100755 blob ${OBJECT}       0\tbin/run it\n.sh`,
      `120000 blob ${OBJECT}       5\tlink`,
      `160000 commit ${OBJECT}       -\tvendored`,
    ];
    expect(parseTree(Buffer.from(`${listing.join('\0')}\0`))).to.deep.equal([
      file('a.yaml', { size: 12 }),
      file('bin/run it\n.sh', { kind: 'executable', size: 0 }),
      file('link', { kind: 'symlink', size: 5 }),
      file('vendored', { kind: 'submodule', size: 0 }),
    ]);
    expect(parseTree(Buffer.alloc(0))).to.deep.equal([]);
  });

  for (const [what, bytes] of Object.entries({
    'a name that is no UTF-8': Buffer.concat([Buffer.from(`100644 blob ${OBJECT} 1\t`), Buffer.from([0xff, 0])]),
    'an unknown mode': Buffer.from(`100000 blob ${OBJECT} 1\tx\0`),
    garbage: Buffer.from('what?\0'),
  }))
    it(`is not taken with ${what}`, () => {
      expect(() => parseTree(bytes)).to.throw('cannot be used');
    });
});

describe('a commit', () => {
  const none = new Map<string, string>();

  it('of manifests and what belongs to them may be checked out', () => {
    const entries = [
      file('a.yaml'),
      file('dashboards/x.json', { size: 1 << 20 }),
      file('build/run.sh', { kind: 'executable' }),
    ];
    expect(refuseTree(entries, none)).to.deep.equal([]);
  });

  for (const path of ['x.ok', 'gates/metrics-visible.ok', 'Gates/Prune-3F9AC2.OK', 'deep/in/here/x.ok'])
    it(`that carries the gate file ${path} is refused`, () => {
      expect(refuseTree([file('a.yaml'), file(path)], none)).to.have.length(1);
      expect(refuseTree([file(path)], none)[0]).to.contain(`${path}: gates are opened on the host by a person`);
    });

  it('is refused for a symlink named as a gate file, too', () => {
    expect(
      refuseTree([file('a.yaml'), file('gates/x.ok', { kind: 'symlink' })], new Map([['gates/x.ok', '../a.yaml']])),
    ).to.have.length(1);
  });

  for (const path of ['../x', 'a/../b', '.git/hooks/x', 'sub/.GIT/config', 'a//b', 'bad\u001b[2Jname'])
    it(`with the path ${JSON.stringify(path)} is refused`, () => {
      expect(refuseTree([file(path)], none)).to.have.length(1);
    });

  it('may hold as many bytes of manifests as are read', () => {
    expect(TREE_LIMITS.manifests).to.equal(READ_LIMITS.total);
  });

  it('shows nothing of a name or a target that could play with a terminal', () => {
    const entries = [file('\u001b]0;owned\u0007.ok'), file('link', { kind: 'symlink' })];
    const text = refuseTree(entries, new Map([['link', '../\u009b2J']])).join('\n');
    expect(text).to.contain('control characters').and.contain('leads out of the repository');
    expect(text).to.not.match(/[\u001b\u0007\u009b]/);
  });

  it('is refused for submodules, and for what is too large, too much or too deep', () => {
    const limits = { entries: 3, file: 100, total: 150, manifests: 120, depth: 3 };
    const reasons = (...entries: TreeEntry[]): string => refuseTree(entries, none, limits).join('\n');
    expect(reasons(file('lib', { kind: 'submodule' }))).to.contain('lib: is a submodule');
    expect(reasons(file('big', { size: 101 }))).to.contain('big: is 1 MiB large');
    expect(reasons(file('a', { size: 80 }), file('b', { size: 80 }))).to.contain('it is 1 MiB large');
    expect(reasons(file('a'), file('b'), file('c'), file('d'))).to.contain('it has 4 files');
    expect(reasons(file('a.yaml', { size: 65 }), file('b/c.yml', { size: 65 }))).to.contain('its manifests are 1 MiB');
    expect(reasons(file('a/b/c/d'))).to.contain('lies deeper than 3');
  });
});

describe('symlinks of a commit', () => {
  const escaping = (links: Record<string, string>): string[] =>
    escapingLinks(new Map(Object.entries(links))).map(({ path }) => path);

  it('may lead anywhere within it', () => {
    expect(escaping({ 'a/link': '../b/c.yaml', other: './a/./x/../y', 'a/b/c': '../../top' })).to.deep.equal([]);
  });

  it('may not be absolute or lead above its root', () => {
    expect(escaping({ a: '/etc/passwd', 'b/c': '../../x', d: '..' })).to.deep.equal(['a', 'b/c', 'd']);
  });

  it('may not lead out through another, whose way up begins where it leads', () => {
    // Read as text this stays inside: a/b/c/short/../.. is a/b; but short is the directory top.
    expect(escaping({ 'a/b/c/short': '../../../top', 'a/way': 'b/c/short/../../x' })).to.deep.equal(['a/way']);
  });

  it('in a circle, or to what is not there, reach nothing', () => {
    const links = new Map(
      Object.entries({ a: 'b', b: 'a', c: 'nowhere', d: 'there/file', e: 'there', f: '.', g: 'e/x' }),
    );
    const dangling = danglingLinks(['there/file', ...links.keys()], links).map(({ path }) => path);
    expect(dangling).to.deep.equal(['a', 'b', 'c', 'g']);
    expect(escapingLinks(links)).to.deep.equal([]);
  });

  it('without other symlinks on their way escape exactly when their text does', () => {
    const part = fc.constantFrom('..', '.', 'x', 'y', 'z');
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), fc.integer({ min: 0, max: 3 }), (parts, depth) => {
        const path = [...Array.from({ length: depth }, (_, index) => `d${index}`), 'link'].join('/');
        // Every prefix counts: to leave and come back is to leave.
        const leaves = parts.some((_, index) => {
          const reached = posix.normalize(posix.join(posix.dirname(path), ...parts.slice(0, index + 1)));
          return reached === '..' || reached.startsWith('../');
        });
        expect(escaping({ [path]: parts.join('/') })).to.deep.equal(leaves ? [path] : []);
      }),
    );
  });
});
