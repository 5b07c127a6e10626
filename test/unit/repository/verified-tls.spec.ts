import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { verifiedTlsRule } from '../../../scripts/lint/verified-tls.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../../..');
const PLANTED = readFileSync(join(HERE, 'unverified-tls.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

function lint(code: string): string[] {
  const config: Linter.Config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { bastion: { rules: { 'verified-tls': verifiedTlsRule } } },
    rules: { 'bastion/verified-tls': 'error' },
  };
  return new Linter({ cwd: ROOT }).verify(code, [config], join(ROOT, 'src/planted.ts')).map(({ message }) => message);
}

describe('verification of TLS peers', () => {
  for (const code of PLANTED)
    it(`is not turned off by ${code}`, () => {
      const messages = lint(code);
      expect(messages).not.to.deep.equal([]);
      for (const message of messages) expect(message).to.contain('A TLS peer is always verified');
    });

  for (const code of [
    'export const o = { rejectUnauthorized: true };',
    'export const o = { requestCert: true, rejectUnauthorized: true as const };',
    'export const o = (a: { rejectUnauthorized?: boolean }) => { a.rejectUnauthorized = true; };',
    'export const o = (a: { rejectUnauthorized?: boolean }) => a.rejectUnauthorized;',
    'export interface O { rejectUnauthorized?: boolean }',
    'export const o = { checkServerIdentity: (h: string, c: never) => tls.checkServerIdentity(h, c) };',
    'export const o = { checkServerIdentity: (h: string, c: never) => { note(c); return checkServerIdentity(h, c); } };',
    'const look = (n: string, c: never) => tls.checkServerIdentity(n, c); export const o = { checkServerIdentity: look };',
    'function look(c: never) { return tls.checkServerIdentity("n", c); } export const o = { checkServerIdentity: (_h: string, c: never) => look(c) };',
    "export const o = { minVersion: 'TLSv1.2', ciphers: 'HIGH:!aNULL'.slice(5) };",
    "export const yaml = 'insecure_skip_verify: false';",
  ])
    it(`is left as it is by ${code}`, () => expect(lint(code)).to.deep.equal([]));

  it('is held everywhere: in the program, its tests and its scripts, and cannot be excused', async () => {
    const eslint = new ESLint({ cwd: ROOT });
    for (const path of [
      'src/cli/x.ts',
      'src/plan/x.ts',
      'test/unit/x.ts',
      'test/e2e/x.ts',
      'scripts/x.ts',
      'scripts/x.mjs',
    ]) {
      const config = (await eslint.calculateConfigForFile(join(ROOT, path))) as Linter.Config;
      expect(config.rules?.['bastion/verified-tls'], path).to.deep.equal([2]);
      expect(config.linterOptions?.noInlineConfig, path).to.equal(true);
    }
  });
});
