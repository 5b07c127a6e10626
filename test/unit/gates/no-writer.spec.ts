import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import ts from 'typescript';

/**
 * Proves on the source that no code path can write a gate file.
 *
 * (a) src/gates can only read: it imports reading functions of node:fs/promises and nothing that reaches further.
 * (b) Everywhere else, a file that so much as names the gates or hold directory imports no writing call, directly; and
 *     the path leaves those files only as an argument of the readers or inside the text of a command for people.
 * What this cannot see is a path computed at run time that happens to be the gates directory (a manifest's File below
 * it, say): that is refused by policy at load and, under systemd, by the read-only mount.
 */
const SOURCE = join(dirname(fileURLToPath(import.meta.url)), '../../../src');
const READING = new Set(['lstat', 'stat', 'readdir', 'access', 'realpath', 'readFile', 'constants', 'Stats']);
const WATCHING = new Set([
  ...READING,
  'watch',
  'FSWatcher',
  'existsSync',
  'statSync',
  'readFileSync',
  'lstatSync',
  'readdirSync',
]);
const NAMES_THE_DIRECTORY = /^(gates|gate|hold|holds)(Directory|Dir|Path|Folder)$/;
const HOLDS_GATE_FILES = /gate/i;

interface Import {
  readonly module: string;
  /** Imported names; `*` for a namespace, `default` for a default import or a dynamic one. */
  readonly names: readonly string[];
}

interface Facts {
  readonly path: string;
  readonly imports: readonly Import[];
  readonly namesGates: boolean;
}

function sources(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name))
    .flatMap((path) => (statSync(path).isDirectory() ? sources(path) : path.endsWith('.ts') ? [path] : []));
}

function factsOf(path: string, text = readFileSync(path, 'utf8')): Facts {
  const imports: Import[] = [];
  let namesGates = false;
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      const clause = node.importClause;
      const bindings = clause?.namedBindings;
      const names = [
        ...(clause?.name === undefined ? [] : ['default']),
        ...(bindings === undefined
          ? []
          : ts.isNamespaceImport(bindings)
            ? ['*']
            : bindings.elements.map((element) => (element.propertyName ?? element.name).text)),
      ];
      imports.push({ module: node.moduleSpecifier.text, names });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      imports.push({ module: node.moduleSpecifier.text, names: ['*'] });
    } else if (ts.isCallExpression(node) && isLoader(node.expression)) {
      const [argument] = node.arguments;
      const module = argument !== undefined && ts.isStringLiteral(argument) ? argument.text : '<computed>';
      imports.push({ module, names: ['*'] });
    } else if (ts.isIdentifier(node) && NAMES_THE_DIRECTORY.test(node.text)) namesGates = true;
    else if (ts.isPropertyAccessExpression(node) && node.name.text === 'directory') {
      if (HOLDS_GATE_FILES.test(node.expression.getText())) namesGates = true;
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return { path: relative(SOURCE, path), imports, namesGates };
}

/** `import()`, `require()`, `process.binding()`, `process.getBuiltinModule()`, `createRequire()`. */
function isLoader(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  const name = ts.isIdentifier(callee) ? callee.text : ts.isPropertyAccessExpression(callee) ? callee.name.text : '';
  return ['require', 'binding', 'getBuiltinModule', 'createRequire', '_linkedBinding'].includes(name);
}

/** Imports by which a file could write the disk itself. */
function writers(facts: Facts, allowed: ReadonlySet<string>): string[] {
  return facts.imports.flatMap(({ module, names }) => {
    const bare = module.replace(/^node:/, '');
    if (/^fs(\/promises)?$/.test(bare)) {
      return names.filter((name) => !allowed.has(name)).map((name) => `${facts.path}: ${name} of ${module}`);
    }
    const reaches = /^(child_process|worker_threads|module|vm|wasi|inspector|repl|cluster|v8)$/.test(bare);
    return reaches || module === '<computed>' ? [`${facts.path}: ${module}`] : [];
  });
}

describe('no code path can write a gate file', () => {
  const all = sources(SOURCE).map((path) => factsOf(path));
  const gates = all.filter(({ path }) => path.startsWith('gates/'));

  it('src/gates imports only reading functions, and only node:fs/promises, node:path and the model', () => {
    expect(gates.map(({ path }) => path)).to.include('gates/read.ts');
    expect(gates.flatMap((facts) => writers(facts, READING))).to.deep.equal([]);
    const modules = gates.flatMap(({ imports }) => imports.map(({ module }) => module));
    const foreign = modules.filter(
      (module) => !/^(node:fs\/promises|node:fs|node:path|\.\/[\w-]+\.ts|\.\.\/model\/[\w-]+\.ts)$/.test(module),
    );
    expect(foreign).to.deep.equal([]);
  });

  it('no file that names the gates or hold directory has a writing call', () => {
    const naming = all.filter(({ namesGates }) => namesGates);
    expect(naming.map(({ path }) => path)).to.not.deep.equal([]);
    expect(naming.flatMap((facts) => writers(facts, WATCHING))).to.deep.equal([]);
  });

  it('no executor of a step and no writer of state knows of gates', () => {
    const writing = all.filter((facts) => writers(facts, WATCHING).length > 0);
    const importsGates = writing.filter(({ imports }) =>
      imports.some(({ module }) => /\/gates(\/|\.ts$)/.test(module)),
    );
    expect(importsGates.map(({ path }) => path)).to.deep.equal([]);
  });

  it('would notice a writer', () => {
    const bad = factsOf(
      join(SOURCE, 'runtime/bad.ts'),
      `import { writeFile } from 'node:fs/promises';\nexport const open = (gatesDirectory: string) => writeFile(gatesDirectory + '/a.ok', '');`,
    );
    expect(bad.namesGates).to.equal(true);
    expect(writers(bad, WATCHING)).to.deep.equal(['runtime/bad.ts: writeFile of node:fs/promises']);
    const sly = factsOf(
      join(SOURCE, 'x.ts'),
      `const fs = process.getBuiltinModule(name); fs.writeFileSync(gates.directory, '');`,
    );
    expect([sly.namesGates, writers(sly, WATCHING)]).to.deep.equal([true, ['x.ts: <computed>']]);
    const whole = factsOf(join(SOURCE, 'y.ts'), `import * as fs from 'fs';\nfs.utimes(holdDirectory);`);
    expect(writers(whole, WATCHING)).to.deep.equal(['y.ts: * of fs']);
  });
});
