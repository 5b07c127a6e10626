import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

describe('the last good state', () => {
  const directory = temporaryDirectory('last-good');
  const write = (file: string, text: string): void => writeFileSync(join(directory(), file), text);
  const FILES = {
    'a.yaml': [manifest('Network', 'front'), container('web', 'networks: [front]')].join('---\n'),
    'b.yaml': container('other'),
  };
  const begin = () => {
    writeFiles(directory(), FILES);
    return load(directory());
  };

  it('stands in for a broken file, while the others change', async () => {
    const previous = await begin();
    write('a.yaml', 'kind: [');
    write('b.yaml', container('other', 'tty: true'));
    const state = await load(directory(), { previous });
    expect(keys(state)).to.deep.equal(keys(previous));
    expect([...state.frozen].sort()).to.deep.equal(['Container/web', 'Network/front']);
    expect(specOf(state, 'Container', 'other').tty).to.equal(true);
    expect(state.complete).to.equal(false);
  });

  it('stands in for one broken document, while the others of the file change', async () => {
    const previous = await begin();
    write(
      'a.yaml',
      [manifest('Network', 'front', '{internal: true}'), container('web', 'networks: [front]', 'bad: 1')].join('---\n'),
    );
    const state = await load(directory(), { previous });
    expect([...state.frozen]).to.deep.equal(['Container/web']);
    expect(specOf(state, 'Network', 'front').internal).to.equal(true);
  });

  it('goes on standing in, reading after reading, and gives way once repaired', async () => {
    let state = await begin();
    write('a.yaml', 'kind: [');
    state = await load(directory(), { previous: state });
    state = await load(directory(), { previous: state });
    expect([...state.frozen]).to.include('Container/web');
    write('a.yaml', FILES['a.yaml']);
    state = await load(directory(), { previous: state });
    expect(state.frozen.size).to.equal(0);
    expect(state.complete).to.equal(true);
  });

  it('keeps what it depends on, though that was removed meanwhile', async () => {
    writeFiles(directory(), {
      'n.yaml': manifest('Network', 'front'),
      'w.yaml': container('web', 'networks: [front]'),
    });
    const previous = await load(directory());
    rmSync(join(directory(), 'n.yaml'));
    const state = await load(directory(), { previous });
    expect([...state.frozen].sort()).to.deep.equal(['Container/web', 'Image/busybox:1.36', 'Network/front']);
    expect(lines(state)[0]).to.contain(
      'names Network/front, which is not declared: add a document of kind Network named front',
    );
  });

  it('lets go of what was removed from sound files', async () => {
    const previous = await begin();
    rmSync(join(directory(), 'a.yaml'));
    const state = await load(directory(), { previous });
    expect(keys(state)).to.deep.equal(['Container/other', 'Image/busybox:1.36']);
    expect(state.complete).to.equal(true);
  });

  it('holds back what needs something broken that was never good', async () => {
    writeFiles(directory(), {
      'a.yaml': manifest('Network', 'front', '{nonsense: 1}'),
      'b.yaml': container('web', 'networks: [front]'),
      'c.yaml': container('other'),
    });
    const state = await load(directory());
    expect(keys(state)).to.deep.equal(['Container/other', 'Image/busybox:1.36']);
    expect(lines(state)[1]).to.contain(
      'b.yaml:7:14 Container/web spec.networks.front: needs Network/front, which is broken',
    );
  });

  it('follows a resource that moved out of a file that is broken now', async () => {
    const previous = await begin();
    write('a.yaml', 'kind: [');
    write('c.yaml', container('web', 'tty: true'));
    const state = await load(directory(), { previous });
    expect(specOf(state, 'Container', 'web').tty).to.equal(true);
    expect([...state.frozen]).to.deep.equal(['Network/front']);
  });
});
