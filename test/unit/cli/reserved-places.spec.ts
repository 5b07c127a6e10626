import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { reservedPlaces } from '../../../src/cli/reserved-places.ts';
import type { Settings } from '../../../src/cli/arguments.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, writeFiles } from '../desired/desired-directory.ts';

describe('places that the settings reserve', () => {
  const directory = temporaryDirectory('reserve');
  const at = (...names: string[]): string => join(directory(), 'srv', ...names);

  function reserved(): string[] {
    const push = {
      repository: at('desired-state.git'),
      releases: at('releases'),
      allowedSigners: join(directory(), 'etc', 'allowed-signers'),
      keyring: join(directory(), 'etc', 'keyring'),
    };
    return reservedPlaces({
      ...{ gatesDirectory: '/g', holdDirectory: '/h', stateDirectory: '/s', notifyCommands: '/n', configFile: '/c' },
      push,
    } as Settings);
  }

  async function found(...documents: string[]): Promise<string[]> {
    const bastion = manifest('Bastion', 'home', `{allowedRoots: ["${directory()}"]}`);
    writeFiles(join(directory(), 'desired'), { 'a.yaml': [bastion, ...documents].join('---\n') });
    return lines(await load(join(directory(), 'desired'), { reserved: reserved() }));
  }

  it('are the whole home of the user to whom people push, and who may sign', async () => {
    for (const name of ['.ssh', 'releases', 'desired-state.git']) mkdirSync(at(name), { recursive: true });
    const places = [at(), at('.ssh'), at('releases'), at('current'), at('git-shell-commands')];
    const keys = ['allowed-signers', 'keyring'].map((name) => join(directory(), 'etc', name));
    for (const source of [...places, ...keys]) {
      const lines = await found(container('web', `volumes: ["${source}:/x"]`));
      expect(lines.join('\n'), source).to.contain('must not be mounted writable (policy reserved-places)');
      expect(lines).to.have.length(1);
    }
    const file = manifest('File', 'f', `{path: "${at('.ssh', 'authorized_keys')}", content: ""}`);
    expect((await found(file)).join('\n')).to.contain('must not be written by a manifest');
  });

  it('are releases and repository alone where people keep other things beside them', async () => {
    for (const name of ['releases', 'desired-state.git']) mkdirSync(at(name), { recursive: true });
    expect(await found(container('web', `volumes: ["${at('media')}:/x"]`))).to.deep.equal([]);
    expect(await found(container('web', `volumes: ["${at('releases')}:/x"]`))).to.have.length(1);
  });
});
