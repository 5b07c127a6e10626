import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { verifiedTlsRule } from '../../../scripts/lint/verified-tls.js';
import { WALLS, wallsRule } from '../../../scripts/lint/walls.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

const eslint = new ESLint({ cwd: ROOT });

/** Messages of the repository's own rules (those that need no type information) on a planted file. */
async function lint(path: string, code: string): Promise<string[]> {
  const configured = (await eslint.calculateConfigForFile(join(ROOT, path))) as Linter.Config;
  const own = Object.entries(configured.rules ?? {}).filter(([name]) => !name.startsWith('@typescript-eslint/'));
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    linterOptions: { noInlineConfig: configured.linterOptions?.noInlineConfig === true },
    plugins: { bastion: { rules: { walls: wallsRule, 'verified-tls': verifiedTlsRule } } },
    rules: Object.fromEntries(own),
  };
  return new Linter({ cwd: ROOT })
    .verify(code, [config], join(ROOT, path))
    .filter((message) => message.severity === 2)
    .map((message) => message.message);
}

describe('import walls', () => {
  const rooms = Object.keys(WALLS).filter((room) => room !== 'main');

  for (const from of rooms) {
    const allowed = WALLS[from] ?? [];
    for (const to of rooms.filter((room) => room !== from && !allowed.includes(room))) {
      it(`${from} may not import ${to}`, async () => {
        const messages = await lint(
          `src/${from}/planted.ts`,
          `import { x } from '../${to}/anything.ts';\nexport const y = x;\n`,
        );
        expect(messages).to.have.length(1);
        expect(messages[0]).to.match(new RegExp(`src/${from} may not import src/${to}`));
      });
    }
    for (const to of allowed) {
      it(`${from} may import ${to}`, async () => {
        expect(await lint(`src/${from}/planted.ts`, `export { x } from '../${to}/anything.ts';\n`)).to.deep.equal([]);
      });
    }
  }

  it('sees every form of import', async () => {
    const forms = [
      "import { x } from '../runtime/x.ts';\nexport const y = x;",
      "import type { x } from '../runtime/x.ts';\nexport type y = x;",
      "export { x } from '../runtime/x.ts';",
      "export * from '../runtime/x.ts';",
      "export const x = await import('../runtime/x.ts');",
    ];
    for (const form of forms) expect(await lint('src/apply/planted.ts', form), form).to.have.length(1);
  });

  it('does not mistake a sub-folder for a room', async () => {
    expect(await lint('src/plan/container/planted.ts', "export { x } from '../gates/x.ts';\n")).to.deep.equal([]);
  });

  it('lets the clock be named as a type, but not by the planner', async () => {
    const code = "import type { Clock } from '../runtime/clock.ts';\nexport type Mine = Clock;\n";
    expect(await lint('src/desired/planted.ts', code)).to.deep.equal([]);
    expect(await lint('src/plan/planted.ts', code)).to.have.length(1);
    expect(await lint('src/desired/planted.ts', code.replaceAll('type', ''))).to.not.deep.equal([]);
  });

  it('keeps tests and scripts out of the program', async () => {
    expect(await lint('src/cli/planted.ts', "export { x } from '../../test/support/x.ts';\n")).to.have.length(1);
  });

  it('leaves dockerode to the engine room', async () => {
    const code = "import Docker from 'dockerode';\nexport const docker = new Docker();\n";
    expect(await lint('src/engine/planted.ts', code)).to.deep.equal([]);
    for (const room of ['observe', 'apply', 'cli'])
      expect(await lint(`src/${room}/planted.ts`, code), room).to.have.length(1);
  });

  it('keeps whatever can write away from the gates', async () => {
    expect(await lint('src/gates/planted.ts', "export { readFile } from 'node:path';\n")).to.deep.equal([]);
    expect(
      await lint('src/gates/planted.ts', "import { readFile } from 'node:fs/promises';\nexport const r = readFile;\n"),
    ).to.deep.equal([]);
    for (const code of [
      "import { writeFile } from 'node:fs/promises';\nexport const w = writeFile;",
      "import { open } from 'node:fs/promises';\nexport const w = open;",
      "import { readFile, utimes } from 'fs';\nexport const w = [readFile, utimes];",
      "import * as fs from 'node:fs';\nexport const w = fs;",
      "import fs from 'node:fs';\nexport const w = fs;",
      "export { readFile } from 'node:fs/promises';",
    ]) {
      expect(await lint('src/gates/planted.ts', code), code).to.have.length(1);
    }
  });

  it('keeps input, output, time and chance away from the planner', async () => {
    for (const code of [
      "import { readFile } from 'node:fs/promises';\nexport const r = readFile;",
      "import { request } from 'http';\nexport const r = request;",
      'export const now = Date.now();',
      'export const now = new Date();',
      'export const chance = Math.random();',
    ]) {
      expect(await lint('src/plan/planted.ts', code), code).to.have.length(1);
    }
    expect(
      await lint('src/plan/planted.ts', "import { createHash } from 'node:crypto';\nexport const h = createHash;"),
    ).to.deep.equal([]);
  });

  it('refuses default exports and inline exceptions', async () => {
    expect(await lint('src/cli/planted.ts', 'export default 1;\n')).to.have.length(1);
    const excused = '/* eslint no-restricted-exports: off */\nexport default 1;\n';
    expect(await lint('src/cli/planted.ts', excused)).to.have.length(1);
  });
});
