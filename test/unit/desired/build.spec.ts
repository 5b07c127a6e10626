import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { LoadOptions } from '../../../src/desired/load.ts';
import { packageRoot } from '../../../src/desired/package-root.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

describe('an image that is built', () => {
  const directory = temporaryDirectory('build');
  const desired = (): string => join(directory(), 'desired');

  const read = (
    build: string,
    options: Pick<LoadOptions, 'reserved' | 'silenceAt'> & { root?: string } = {},
    roots = '/opt',
  ) => {
    const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${roots}"]}`);
    const text = manifest('Image', 'app', `{reference: "app:1", build: ${build}}`);
    writeFiles(desired(), {
      'a.yaml': `${bastion}---\n${text}`,
      'ctx/Dockerfile': 'FROM scratch\n',
      'ctx/.git/x': '1',
    });
    return load(desired(), options);
  };
  const digest = async (build: string): Promise<string | undefined> =>
    specOf(await read(build), 'Image', 'app').build?.contextDigest;

  it('is another one with another dockerfile or other arguments', async () => {
    const plain = await digest('{context: ctx}');
    expect(await digest('{context: ./ctx/, dockerfile: ./Dockerfile}')).to.equal(plain);
    expect(await digest('{context: ctx, dockerfile: Other}')).to.not.equal(plain);
    const one = await digest('{context: ctx, args: {A: "1"}}');
    expect(one).to.not.equal(plain);
    expect(await digest('{context: ctx, args: {A: "2"}}')).to.not.equal(one);
    expect(await digest('{context: ctx, args: [A=1]}')).to.equal(one);
  });

  it('is the same with other data of git', async () => {
    const before = specOf(await read('{context: ctx}'), 'Image', 'app').build;
    writeFileSync(join(desired(), 'ctx/.git/x'), '2');
    expect(specOf(await load(desired()), 'Image', 'app').build).to.deep.equal(before);
  });

  it('is the same from another directory, as another release of git push is', async () => {
    const here = await read('{context: ctx}');
    const there = join(directory(), 'release');
    cpSync(desired(), there, { recursive: true });
    const [one, two] = [here, await load(there)].map((state) => state.resources.find(({ kind }) => kind === 'Image'));
    expect(two?.hash).to.equal(one?.hash).and.not.equal(undefined);
    expect(two?.attempt).to.equal(one?.attempt);
    writeFileSync(join(there, 'ctx/Dockerfile'), 'FROM scratch\nUSER 1\n');
    expect((await load(there)).resources.find(({ kind }) => kind === 'Image')?.hash).to.not.equal(one?.hash);
  });

  it('comes with a warning when a .dockerignore promises more than is kept', async () => {
    await read('{context: ctx}');
    writeFileSync(join(desired(), 'ctx/.dockerignore'), 'secret\n');
    const state = await load(desired());
    expect(lines(state).join()).to.contain('.dockerignore, which is not honoured');
    expect(state.complete).to.equal(true);
  });

  it('is not looked at where its file system does not answer, and what was read before counts', async () => {
    const context = join(directory(), 'nas');
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\n');
    const previous = await read(`{context: "${context}"}`, {}, directory());
    const silenceAt = (path: string) => (path.startsWith(context) ? 'it does not answer' : undefined);
    const state = await load(desired(), { previous, silenceAt });
    expect(lines(state).join()).to.contain('spec.build.context: cannot be read: it does not answer');
    expect(specOf(state, 'Image', 'app')).to.deep.equal(specOf(previous, 'Image', 'app'));
  });

  for (const context of ['/etc/ssh', '../..', '../beside', '/', '/opt/../etc'])
    it(`may not be built from ${context}`, async () => {
      mkdirSync(join(directory(), 'beside'), { recursive: true });
      expect(lines(await read(`{context: ${context}}`)).join()).to.contain(
        'spec.build.context: lies neither in the desired-state directory nor below an allowed root (/opt)',
      );
    });

  it('may be built from what comes with the program, once that was built itself', async () => {
    const state = await read('{context: "bastion:adguard-exporter"}', { root: '/elsewhere' });
    const shipped = join(packageRoot(), 'dist/exporter-image');
    if (existsSync(shipped)) expect(specOf(state, 'Image', 'app').build).to.include({ context: shipped });
    else expect(lines(state).join()).to.contain(`${shipped} is not there: run npm run build`);
  });

  it('may not be built from what a symlink reaches', async () => {
    await read('{context: link}');
    symlinkSync('/etc/ssh', join(desired(), 'link'));
    expect(lines(await load(desired())).join()).to.contain('lies neither in');
  });

  it('may be built from below an allowed root, with the prefix of the host before it', async () => {
    mkdirSync(join(directory(), 'host/opt/app'), { recursive: true });
    const root = join(directory(), 'host');
    const state = await read('{context: /opt/app}', { root });
    expect(specOf(state, 'Image', 'app').build?.context).to.equal(join(root, 'opt/app'));
    expect(lines(await read('{context: /etc}', { root }, '/etc')).join()).to.contain('lies neither in');
  });

  it('may not hold what belongs to the operator', async () => {
    const gates = join(directory(), 'own/gates');
    mkdirSync(gates, { recursive: true });
    for (const context of [gates, join(directory(), 'own')])
      expect(lines(await read(`{context: ${context}}`, { reserved: [gates] }, directory())).join()).to.contain(
        'must not be part of an image',
      );
    expect(lines(await read('{context: .}', { reserved: [join(desired(), 'state')] })).join()).to.contain('image');
  });
});
