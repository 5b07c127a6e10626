import { join } from 'node:path';
import { expect } from 'chai';
import { unseenText } from '../../../src/cli/plan.ts';
import type { Resource } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { load, manifest, writeFiles } from '../desired/desired-directory.ts';

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

  it('says nothing of it when no certificate says where to look', async () =>
    expect(unseenText(await resources())).to.equal(undefined));
});
