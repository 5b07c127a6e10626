import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packDirectory } from '../../../src/apply/tar.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { expectStepError } from './step-context.ts';

async function pack(directory: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of packDirectory(directory)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('packDirectory', () => {
  const directory = temporaryDirectory('tar');
  const at = (name: string): string => join(directory(), name);
  const long = `sub/${'ü'.repeat(80)}/${'n'.repeat(120)}`;

  function fill(context: string): void {
    mkdirSync(join(context, long), { recursive: true });
    writeFileSync(join(context, 'run.sh'), '#!/bin/sh\n');
    chmodSync(join(context, 'run.sh'), 0o751);
    writeFileSync(join(context, long, 'file'), 'x'.repeat(100_001));
    writeFileSync(join(context, 'block'), 'y'.repeat(1024));
    symlinkSync(`/${'t'.repeat(150)}`, join(context, 'link'));
  }

  it('is unpacked by tar with names, modes, contents and links', async () => {
    fill(at('context'));
    mkdirSync(at('out'));
    execFileSync('tar', ['-x', '-C', at('out')], { input: await pack(at('context')) });
    expect(readdirSync(at('out')).sort()).to.deep.equal(['block', 'link', 'run.sh', 'sub']);
    expect(readFileSync(at(`out/${long}/file`), 'utf8')).to.equal('x'.repeat(100_001));
    expect(readFileSync(at('out/block'), 'utf8')).to.equal('y'.repeat(1024));
    expect(statSync(at('out/run.sh')).mode & 0o777).to.equal(0o751);
    expect(readlinkSync(at('out/link'))).to.equal(`/${'t'.repeat(150)}`);
  });

  it('sends nothing of git, at any depth', async () => {
    mkdirSync(at('repository/.git'), { recursive: true });
    mkdirSync(at('repository/module'));
    writeFileSync(at('repository/.git/config'), 'url = https://me:credential@host/x');
    writeFileSync(at('repository/module/.git'), 'gitdir: ../.git/modules/module');
    const archive = (await pack(at('repository'))).toString('latin1');
    expect(archive)
      .to.contain('module/')
      .and.not.match(/\.git|credential/);
  });

  it('gives the same bytes for the same content', async () => {
    fill(at('one'));
    fill(at('two'));
    utimesSync(at('two/run.sh'), 5, 5);
    expect((await pack(at('one'))).equals(await pack(at('two')))).to.equal(true);
    chmodSync(at('two/run.sh'), 0o700);
    expect((await pack(at('one'))).equals(await pack(at('two')))).to.equal(false);
  });

  it('refuses what cannot be sent, by name', async () => {
    mkdirSync(at('context'));
    execFileSync('mkfifo', [at('context/pipe')]);
    expect(await expectStepError(pack(at('context')), 'CONTEXT_UNUSABLE')).to.contain(at('context/pipe'));
  });
});
