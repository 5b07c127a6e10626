import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { dispatch } from '../../../src/cli/dispatch.ts';
import { brokenText, unseenText } from '../../../src/cli/plan.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { skipBecause } from '../../support/skip.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { load, manifest, writeFiles } from '../desired/desired-directory.ts';
import { memoryOutput } from './support.ts';

describe('bastion plan', () => {
  const directory = temporaryDirectory('plan');

  async function resources(...consumers: string[]): Promise<readonly Resource[]> {
    const authority = manifest('CertificateAuthority', 'ca', '{}');
    const leaf = manifest('Certificate', 'web', `{issuer: ca, dnsNames: [web.lab], consumers: [${consumers.join()}]}`);
    const desired = join(directory(), 'desired');
    writeFiles(desired, { 'a.yaml': [authority, leaf].join('---\n') });
    const state = await load(desired);
    expect(state.findings).to.deep.equal([]);
    return state.resources;
  }

  const dialled = (port: number) => `{served: {address: 127.0.0.1, port: ${port}}}`;

  it('says that it did not look at what services serve, and what does', async () => {
    expect(unseenText(await resources(dialled(443), dialled(444)))).to.equal(
      'what 2 services serve was not looked at: bastion certs does',
    );
    expect(unseenText(await resources(dialled(443)))).to.equal(
      'what 1 service serves was not looked at: bastion certs does',
    );
  });

  it('says that it does not know what the operator remembers to who may not read that', async function () {
    if (process.geteuid?.() !== 0) return skipBecause(this, 'only root can be somebody else');
    const [desired, state] = [join(directory(), 'desired'), join(directory(), 'state')];
    writeFiles(desired, { 'a.yaml': manifest('Volume', 'data') });
    mkdirSync(join(state, 'memory'), { recursive: true, mode: 0o700 });
    writeFileSync(join(state, 'memory', 'wanted.json'), '{"version":1,"entries":{}}');
    chmodSync(directory(), 0o755);
    const [output, errors] = [memoryOutput(), memoryOutput()];
    const plan = () =>
      dispatch(
        ['plan', '--desired-state', desired, '--state', state, '--docker', 'unix:///nonexistent', '--config', ''],
        {},
        { output: () => output, errors: () => errors },
      );
    process.seteuid?.(12345);
    try {
      expect(await plan()).to.equal(1);
    } finally {
      process.seteuid?.(0);
    }
    const text = `! ${state}/memory may not be read by you, so that what the operator remembers is not known: its own plan may be another; sudo bastion plan --config '' --desired-state ${desired} --state ${state} --docker unix:///nonexistent shows it`;
    expect(errors.text).to.contain(text);
    errors.text = '';
    expect(await plan()).to.equal(1);
    expect(errors.text).to.not.contain('may not be read');
  });

  it('names commands as they have to be typed, with the flags that it was given', async () => {
    const [desired, state, gates] = ['desired', 'state', 'gates'].map((name) => join(directory(), name));
    writeFiles(directory(), { 'desired/a.yaml': manifest('Volume', 'data'), 'hold/Image.other': '' });
    const errors = memoryOutput();
    const args = ['--desired-state', desired ?? '', '--state', state ?? '', '--gates', gates ?? ''];
    await dispatch(
      ['plan', ...args, '--docker', 'unix:///nonexistent'],
      { BASTION_CONFIG: '' },
      { output: memoryOutput, errors: () => errors },
    );
    const typed = `bastion status --desired-state ${desired} --gates ${gates} --state ${state} --docker unix:///nonexistent`;
    expect(errors.text).to.contain(`; ${typed} lists the resources`);
  });

  it('says that it knows nothing of what is broken, and has nothing to say of it when nothing is', async () => {
    const desired = join(directory(), 'desired');
    writeFiles(desired, { 'a.yaml': manifest('Directory', 'd', '{path: d}') });
    expect(brokenText(await load(desired))).to.equal(', without what is broken: 1 error in the desired state');
    writeFiles(desired, { 'a.yaml': manifest('Directory', 'd', '{path: /opt/core/d}') });
    expect(brokenText(await load(desired))).to.equal('');
  });

  it('says nothing of it when no certificate says where to look', async () =>
    expect(unseenText(await resources())).to.equal(undefined));
});
