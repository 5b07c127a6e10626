import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, writeFiles } from './desired-directory.ts';

describe('places that no manifest may write', () => {
  const directory = temporaryDirectory('reserved');
  const base = (): string => join(directory(), 'host');
  const gates = (): string => join(base(), 'gates');

  async function check(...documents: string[]): Promise<string[]> {
    mkdirSync(gates(), { recursive: true });
    const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${directory()}"]}`);
    writeFiles(join(directory(), 'desired'), {
      'a.yaml': [bastion, manifest('Network', 'n'), ...documents].join('---\n'),
    });
    const state = await load(join(directory(), 'desired'), { reserved: [gates()] });
    expect(keys(state)).to.deep.equal(state.complete ? keys(state) : ['Network/n']);
    return lines(state);
  }

  const refused = (found: readonly string[]): void => {
    expect(found).to.have.length(1);
    expect(found[0]).to.match(/belongs to the operator and its human and must not .* \(policy reserved-places\)$/);
  };

  it('refuses a file that would open a gate', async () => {
    refused(await check(manifest('File', 'ok', `{path: "${gates()}/metrics-visible.ok", content: ""}`)));
  });

  it('refuses a directory in it, also through a symlink', async () => {
    refused(await check(manifest('Directory', 'd', `{path: "${gates()}/hold"}`)));
    symlinkSync(gates(), join(base(), 'innocent'));
    refused(await check(manifest('Directory', 'd', `{path: "${base()}/innocent/x"}`)));
  });

  it('refuses a writable mount of it, of what holds it, and of what lies in it', async () => {
    for (const source of [gates(), base(), `${gates()}/hold`])
      refused(await check(container('web', `volumes: ["${source}:/x"]`)));
  });

  it('refuses a volume that binds it', async () => {
    refused(await check(manifest('Volume', 'vol', `{driver_opts: {type: none, o: bind, device: "${gates()}"}}`)));
  });

  it('knows no exception', async () => {
    const allowed = ', annotations: {bastion.lab/allow: reserved-places, bastion.lab/allow-reason: because}';
    const found = await check(manifest('File', 'ok', `{path: "${gates()}/a.ok", content: ""}`, allowed));
    expect(found.join('\n')).to.include('must not be written by a manifest');
  });

  it('lets a container read what holds it, and write beside it', async () => {
    expect(await check(container('web', `volumes: ["${base()}:/x:ro", "${base()}/data:/data"]`))).to.deep.equal([]);
  });
});
