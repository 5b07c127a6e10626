import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outcomeOfError } from '../../../src/apply/outcome-of-error.ts';
import { generateSecret } from '../../../src/apply/steps/generate-secret.ts';
import { realFiles } from '../../../src/certs/real-files.ts';
import type { SecretSpec } from '../../../src/model/certificate-specs.ts';
import { crashingFiles, diskFull } from '../../support/crashing-files.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { pkiContext } from './pki.ts';
import { expectStepError } from './step-context.ts';
import { skipBecause } from '../../support/skip.ts';

const root = process.getuid?.() === 0;

describe('GenerateSecret', () => {
  const directory = temporaryDirectory('secret');
  const path = (): string => join(directory(), 'token');
  const spec = (extra: Partial<SecretSpec> = {}): SecretSpec => ({
    path: path(),
    mode: 0o440,
    generate: { length: 64, alphabet: 'abcdefghijklmnopqrstuvwxyz' },
    ...extra,
  });
  const generate = (extra: Partial<SecretSpec> = {}, files = realFiles) =>
    generateSecret({ spec: spec(extra) }, pkiContext(files));

  it('makes a file of so many characters out of these, with its mode, and tells nobody', async () => {
    const resolved: unknown = await generate();
    expect(resolved).to.equal(undefined);
    expect(readFileSync(path(), 'utf8')).to.match(/^[a-z]{64}$/);
    expect(statSync(path()).mode & 0o7777).to.equal(0o440);
    expect(readdirSync(directory())).to.deep.equal(['token']);
  });

  it('gives it to its owner', async function () {
    if (!root) skipBecause(this, 'only root may give files away');
    await generate({ owner: '1234', group: '2345' });
    expect([statSync(path()).uid, statSync(path()).gid]).to.deep.equal([1234, 2345]);
  });

  it('never replaces what is there, be it empty, a link, or somebody’s of the last moment', async () => {
    writeFileSync(path(), '');
    await generate();
    expect(readFileSync(path(), 'utf8')).to.equal('');
    const link = join(directory(), 'link');
    symlinkSync(join(directory(), 'nowhere'), link);
    await generate({ path: link });
    expect(readdirSync(directory()).sort()).to.deep.equal(['link', 'token']);
    const late = join(directory(), 'late');
    const first: typeof realFiles.link = (existing, target) => {
      writeFileSync(target, 'theirs');
      return realFiles.link(existing, target);
    };
    await generate({ path: late }, { ...realFiles, link: first });
    expect(readFileSync(late, 'utf8')).to.equal('theirs');
    expect(readdirSync(directory()).sort()).to.deep.equal(['late', 'link', 'token']);
  });

  it('wipes what it made', async () => {
    let made: Buffer | undefined;
    const create: typeof realFiles.create = (target, content, owner, mode) => {
      made = content;
      return realFiles.create(target, content, owner, mode);
    };
    await generate({}, { ...realFiles, create });
    expect(made).to.deep.equal(Buffer.alloc(64));
  });

  it('takes characters of more than one unit whole', async () => {
    await generate({ generate: { length: 20, alphabet: 'ä€😀' } });
    const characters = [...readFileSync(path(), 'utf8')];
    expect(characters).to.have.length(20);
    expect(characters.every((character) => 'ä€😀'.includes(character))).to.equal(true);
  });

  it('draws each character as often as any other', async () => {
    // 62 does not divide a byte: a remainder would give the first 8 a quarter more.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
    const length = 62_000;
    await generate({ generate: { length, alphabet } });
    const counts = new Map<string, number>();
    for (const character of readFileSync(path(), 'utf8')) counts.set(character, (counts.get(character) ?? 0) + 1);
    const mean = length / alphabet.length;
    const chiSquare = [...alphabet].reduce((sum, one) => sum + ((counts.get(one) ?? 0) - mean) ** 2 / mean, 0);
    // 61 degrees of freedom: more than 150 comes up once in a hundred million runs.
    expect(chiSquare).to.be.lessThan(150);
  });

  it('leaves nothing when the disk is full, and quotes nothing', async () => {
    const files = crashingFiles(realFiles, { fail: (operation) => (operation === 'link' ? diskFull() : undefined) });
    const error: unknown = await generate({}, files).catch((reason: unknown) => reason);
    expect(JSON.stringify(outcomeOfError(error)))
      .to.contain('FILE_ENOSPC')
      .and.not.to.match(/[a-z]{40}/);
    expect(readdirSync(directory())).to.deep.equal([]);
  });

  it('refuses parents that are missing or symlinks', async () => {
    await expectStepError(generate({ path: join(directory(), 'no/token') }), 'UNSAFE_PATH');
    mkdirSync(join(directory(), 'real'));
    symlinkSync('real', join(directory(), 'alias'));
    await expectStepError(generate({ path: join(directory(), 'alias/token') }), 'UNSAFE_PATH');
    expect(readdirSync(join(directory(), 'real'))).to.deep.equal([]);
  });
});
