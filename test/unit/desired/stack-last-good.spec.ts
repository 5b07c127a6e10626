import { expect } from 'chai';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredState } from '../../../src/model/resource.ts';
import type { RenderedManifest } from '../../../src/stack/renderer.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { keys, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';
import { TOYS } from './toy-renderers.ts';

const FILES = {
  'ca.yaml': manifest('CertificateAuthority', 'lab', '{create: true}'),
  'p.yaml': manifest('Prometheus', 'prometheus'),
  'a.yaml': manifest('ScrapeTarget', 'a', '{port: 1}'),
  'b.yaml': manifest('ScrapeTarget', 'b', '{port: 2}'),
};
const BROKEN = 'kind: [';
const withLabels = (labels: string) => manifest('Prometheus', 'prometheus', '{}', `, labels: {${labels}}`);

describe('the last good state of high-level resources', () => {
  const directory = temporaryDirectory('stack-last-good');
  const write = (file: string, text: string): void => writeFileSync(join(directory(), file), text);
  const read = (previous?: DesiredState, renderers = TOYS): Promise<DesiredState> =>
    load(directory(), { renderers, ...(previous === undefined ? {} : { previous }) });
  const begin = async (files: Readonly<Record<string, string>> = FILES): Promise<DesiredState> => {
    writeFiles(directory(), files);
    const state = await read();
    expect(lines(state)).to.deep.equal([]);
    return state;
  };
  const targets = (state: DesiredState): string => specOf(state, 'File', 'prometheus-targets').content;

  it('stands in for a broken file in what others render', async () => {
    const previous = await begin();
    write('a.yaml', BROKEN);
    write('b.yaml', manifest('ScrapeTarget', 'b', '{port: 3}'));
    const state = await read(previous);
    expect(targets(state)).to.equal('a:1\nb:3');
    expect([...state.frozen]).to.deep.equal(['ScrapeTarget/a']);
    expect(state.complete).to.equal(false);
  });

  it('stands in for a document that does not fit its schema', async () => {
    const previous = await begin();
    write('a.yaml', manifest('ScrapeTarget', 'a', '{port: nine}'));
    expect(targets(await read(previous))).to.equal('a:1\nb:2');
  });

  it('goes on standing in, reading after reading, and gives way once repaired', async () => {
    let state = await begin();
    write('a.yaml', BROKEN);
    for (let round = 0; round < 3; round += 1) state = await read(state);
    expect(targets(state)).to.equal('a:1\nb:2');
    write('a.yaml', manifest('ScrapeTarget', 'a', '{port: 9}'));
    state = await read(state);
    expect(targets(state)).to.equal('a:9\nb:2');
    expect({ frozen: state.frozen.size, complete: state.complete }).to.deep.equal({ frozen: 0, complete: true });
  });

  it('does not stand in for what was removed from sound files', async () => {
    const previous = await begin();
    rmSync(join(directory(), 'a.yaml'));
    const state = await read(previous);
    expect(targets(state)).to.equal('b:2');
    expect(state.complete).to.equal(true);
  });

  it('stands in for what was removed from a file that is broken elsewhere', async () => {
    const both = [FILES['a.yaml'], manifest('Network', 'n')].join('---\n');
    const previous = await begin({ ...FILES, 'a.yaml': both });
    write('a.yaml', manifest('Network', 'n', '{nonsense: 1}'));
    expect(targets(await read(previous))).to.equal('a:1\nb:2');
    // Broken only for the rest: no single document says so.
    write('a.yaml', manifest('Network', 'n', '{dependsOn: [Gate/nowhere]}'));
    expect(targets(await read(previous))).to.equal('a:1\nb:2');
  });

  it('follows one that moved out of a file that is broken now', async () => {
    const previous = await begin();
    write('a.yaml', BROKEN);
    write('c.yaml', manifest('ScrapeTarget', 'a', '{port: 7}'));
    const state = await read(previous);
    expect(targets(state)).to.equal('a:7\nb:2');
    expect(state.frozen.size).to.equal(0);
  });

  it('keeps all parts of a broken one, rendered into the house as it is now', async () => {
    const previous = await begin();
    write('p.yaml', BROKEN);
    write('b.yaml', manifest('ScrapeTarget', 'b', '{port: 3}'));
    const state = await read(previous);
    expect(keys(state)).to.deep.equal(keys(previous));
    expect(targets(state)).to.equal('a:1\nb:3');
    expect([...state.frozen].sort()).to.deep.equal([
      'Container/prometheus',
      'Directory/prometheus-config',
      'File/prometheus-targets',
      'Prometheus/prometheus',
    ]);
  });

  for (const [what, labels] of [
    ['cannot be rendered', 'problem: spec'],
    ['renders what breaks a rule', 'mode: "9"'],
    ['renders what does not fit the rest', 'network: nowhere'],
    ['meets a fault of its renderer', 'throws: x'],
  ] as const)
    it(`stands in for one that ${what}`, async () => {
      const previous = await begin();
      write('p.yaml', withLabels(labels));
      write('b.yaml', manifest('ScrapeTarget', 'b', '{port: 3}'));
      const state = await read(previous);
      expect(lines(state)).to.have.length(1);
      expect(keys(state)).to.deep.equal(keys(previous));
      expect(targets(state)).to.equal('a:1\nb:3');
      expect(state.expansion.members['Prometheus/prometheus']?.manifest.metadata.labels).to.equal(undefined);
    });

  it('stands in for one that does not fit the rest, also in what others render', async () => {
    const previous = await begin();
    write('a.yaml', manifest('ScrapeTarget', 'a', '{port: 9, dependsOn: [Gate/nowhere]}'));
    const state = await read(previous);
    expect(targets(state)).to.equal('a:1\nb:2');
    expect([...state.frozen]).to.deep.equal(['ScrapeTarget/a']);
  });

  it('leaves out of the house what was never good', async () => {
    writeFiles(directory(), {
      ...FILES,
      'a.yaml': manifest('ScrapeTarget', 'a', '{port: 9, dependsOn: [Gate/nowhere]}'),
    });
    const state = await read();
    expect(targets(state)).to.equal('b:2');
    expect(keys(state)).not.to.include('ScrapeTarget/a');
  });

  it('keeps the parts as they were when the last good version does not fit the house any more', async () => {
    const files = { ...FILES, 'p.yaml': withLabels('network: front'), 'n.yaml': manifest('Network', 'front') };
    const previous = await begin(files);
    write('p.yaml', BROKEN);
    write('b.yaml', manifest('ScrapeTarget', 'b', '{port: 3}'));
    // The good version is attached to a network that another document has now, as something else.
    rmSync(join(directory(), 'n.yaml'));
    const state = await read(previous);
    expect(keys(state)).to.deep.equal(keys(previous));
    expect(targets(state)).to.equal('a:1\nb:2');
    expect(state.frozen).to.include('Container/prometheus').and.to.include('Network/front');
    // For the others it goes on to be what it was.
    expect(state.expansion.members['Prometheus/prometheus']).to.deep.equal(
      previous.expansion.members['Prometheus/prometheus'],
    );
  });

  it('keeps nobody from replacing what one does not render any more', async () => {
    const previous = await begin();
    write('p.yaml', BROKEN);
    const withoutFile = {
      ...TOYS,
      Prometheus: (...given: Parameters<typeof TOYS.Prometheus>) => {
        const rendered = TOYS.Prometheus(...given);
        return { ...rendered, manifests: rendered.manifests.filter(({ kind }: RenderedManifest) => kind !== 'File') };
      },
    };
    const state = await read(previous, withoutFile);
    expect(keys(state)).not.to.include('File/prometheus-targets');
    expect(state.complete).to.equal(false);
  });

  describe('with files beside the manifest', () => {
    const BOARDS = {
      'ca.yaml': FILES['ca.yaml'],
      'd/one.yaml': manifest('Dashboard', 'one'),
      'd/board.json': 'good',
      'g.yaml': manifest('Grafana', 'grafana'),
    };
    const board = (state: DesiredState): string => specOf(state, 'File', 'board-one').content;
    const list = (state: DesiredState): string => specOf(state, 'File', 'grafana-list').content;

    it('keeps the text that was good, also for those who look at it', async () => {
      const previous = await begin(BOARDS);
      expect({ board: board(previous), list: list(previous) }).to.deep.equal({ board: 'good', list: 'good' });
      write('d/board.json', 'bad');
      const state = await read(previous);
      expect(lines(state)).to.deep.equal(['d/one.yaml:4:1 Dashboard/one spec.source: is bad (value)']);
      expect({ board: board(state), list: list(state) }).to.deep.equal({ board: 'good', list: 'good' });
    });

    it('keeps it when the file is gone, and when the manifest is broken', async () => {
      const previous = await begin(BOARDS);
      rmSync(join(directory(), 'd/board.json'));
      const gone = await read(previous);
      expect(lines(gone)[0]).to.contain('Dashboard/one spec.source: there is no file board.json beside the manifest');
      expect(list(gone)).to.equal('good');
      write('d/board.json', 'newer');
      write('d/one.yaml', BROKEN);
      expect(list(await read(gone))).to.equal('good');
    });

    it('takes the new text once it is good', async () => {
      const previous = await begin(BOARDS);
      write('d/board.json', 'bad');
      const bad = await read(previous);
      write('d/board.json', 'better');
      expect(board(await read(bad))).to.equal('better');
    });

    for (const [what, source, message] of [
      ['an absolute path', '/etc/passwd', 'must be relative to the manifest'],
      ['a path that leads out', '../../x', ''],
      ['a directory', '.', 'is not a regular file'],
    ] as const)
      it(`does not read ${what}`, async () => {
        const labelled = manifest('Dashboard', 'one', '{}', `, labels: {source: ${source}}`);
        writeFiles(directory(), { ...BOARDS, 'd/one.yaml': labelled });
        const state = await read();
        expect(lines(state)[0]).to.contain('Dashboard/one spec.source: ').and.to.contain(message);
        expect(keys(state)).not.to.include('Dashboard/one');
      });
  });

  describe('with a Bastion', () => {
    it('renders with its last good version while it is broken', async () => {
      const files = { ...FILES, 'bastion.yaml': manifest('Bastion', 'home', '{dataDirectory: /srv/core}') };
      const previous = await begin(files);
      for (const text of [
        BROKEN.replace('kind', 'kind: Bastion\nspec'),
        manifest('Bastion', 'home', '{domain: "-"}'),
      ]) {
        write('bastion.yaml', text);
        const state = await read(previous);
        expect(state.complete, text).to.equal(false);
        expect(specOf(state, 'File', 'prometheus-targets').path).to.equal('/srv/core/prometheus/config/targets');
        expect(state.expansion.bastion).to.deep.equal(previous.expansion.bastion);
      }
    });
  });

  describe('with backups', () => {
    const backups = {
      ...TOYS,
      NetworkZone: (_: unknown, house: Parameters<typeof TOYS.NetworkZone>[1]) => {
        const content = house.backups.map(({ metadata }) => metadata.name).join(' ');
        const spec = { path: '/opt/core/backups', content };
        const apiVersion = 'bastion.lab/v1' as const;
        return { manifests: [{ apiVersion, kind: 'File', metadata: { name: 'seen' }, spec } as const] };
      },
    };
    const seen = (state: DesiredState): string => specOf(state, 'File', 'seen').content;
    const BACKUP = (more = '') =>
      manifest('Backup', 'nightly', `{prometheus: prometheus, directory: /srv/backups${more}}`);
    const HOUSE = { ...FILES, 'z.yaml': manifest('NetworkZone', 'z') };

    it('shows renderers the last good version of a broken one, and none that never was good', async () => {
      writeFiles(directory(), { ...HOUSE, 'b.yaml': BACKUP() });
      const previous = await read(undefined, backups);
      expect(seen(previous), lines(previous).join('\n')).to.equal('nightly');
      for (const text of [BROKEN, BACKUP(', nonsense: 1'), BACKUP(', dependsOn: [Gate/nowhere]')]) {
        write('b.yaml', text);
        const state = await read(previous, backups);
        expect(seen(state), text).to.equal('nightly');
        expect(keys(state), text).to.include('Backup/nightly');
        expect(seen(await read(undefined, backups)), text).to.equal('');
      }
    });
  });
});
