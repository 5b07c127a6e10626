import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { loadMemory } from '../../../src/runtime/memory-file.ts';
import { MemoryStore } from '../../../src/runtime/memory-store.ts';
import { eventually } from '../../support/eventually.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('MemoryStore', () => {
  let directory = '';
  let clock: FakeClock;
  let faults: string[];
  const open = (): Promise<MemoryStore> =>
    MemoryStore.open(directory, { clock, onFault: (where, message) => faults.push(`${where}: ${message}`) });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bastion-memory-'));
    clock = new FakeClock();
    faults = [];
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('begins empty and writes nothing until there is something', async () => {
    const store = await open();
    expect(store.current).to.deep.equal(EMPTY_MEMORY);
    await store.close();
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('has a rollback on the disk before it resolves', async () => {
    const store = await open();
    await store.recordRollback('Container/web', 'v1:a', 'unhealthy');
    expect((await loadMemory(directory)).memory.rolledBack['Container/web']).to.deep.equal({
      specHash: 'v1:a',
      reason: 'unhealthy',
      at: clock.now(),
    });
  });

  it('has what is ours in a file on the disk before it resolves, and believes nothing of another form', async () => {
    const store = await open();
    await store.recordPatched('FilePatch/a', { 'log.level': ['INFO', { x: null }] });
    const loaded = await loadMemory(directory);
    expect(loaded.memory.patched).to.deep.equal({ 'FilePatch/a': { 'log.level': ['INFO', { x: null }] } });
    await store.recordPatched('FilePatch/a', { 'log.level': 'INFO' } as never);
    expect((await loadMemory(directory)).problems).to.have.length(1);
  });

  it('saves other changes a moment later, and survives a restart', async () => {
    const store = await open();
    store.set('notified', 'File/a', 'digest');
    store.set('replacements', 'Container/a', { specHash: 'v1:a', at: [1] });
    expect((await loadMemory(directory)).memory).to.deep.equal(EMPTY_MEMORY);
    await clock.advance(250);
    await store.flush();
    expect((await open()).current).to.deep.equal(store.current);
    expect(clock.pending).to.equal(0);
  });

  it('never changes a memory that it gave out', async () => {
    const store = await open();
    const before = store.current;
    await store.recordNotified('File/a', 'one');
    expect(before).to.deep.equal(EMPTY_MEMORY);
    expect(store.current.backoffs).to.equal(before.backoffs);
  });

  it('keeps where each loop of a resource stands, since when, also for a successor', async () => {
    const store = await open();
    await store.recordLevel('Prometheus/p', 'memory', { level: 1, cause: 'it was full' });
    await store.recordLevel('Prometheus/p', 'disk', { level: 3, cause: 'that, too' });
    await store.recordRemediation('ScrapeTarget/a', 'v1:a', 2);
    await store.recordRemediation('ScrapeTarget/b', 'v1:b', 1);
    await store.recordRemediation('ScrapeTarget/b', 'v1:b', 0);
    const { levels, remediations } = (await open()).current;
    const since = clock.now();
    expect(levels).to.deep.equal({
      'Prometheus/p': {
        memory: { level: 1, cause: 'it was full', since },
        disk: { level: 3, cause: 'that, too', since },
      },
    });
    expect(remediations).to.deep.equal({ 'ScrapeTarget/a': { specHash: 'v1:a', restarts: 2, at: since } });
  });

  it('believes no levels that are not of their form', async () => {
    await open().then((store) => store.recordLevel('Prometheus/p', 'memory', { level: 1, cause: '' }));
    await writeFile(
      join(directory, 'memory', 'levels.json'),
      '{"version":1,"entries":{"Prometheus/p":{"memory":{"level":"9","since":1,"cause":""}}}}',
    );
    expect((await open()).current.levels).to.deep.equal({});
    expect(faults).to.have.length(1);
  });

  for (const [name, text] of Object.entries({
    'cut off': '{"version":1,"entr',
    empty: '',
    'of another form': '{"version":1,"entries":{"Container/a":{"at":"x"}}}',
    'of another version': '{"version":2,"entries":{}}',
    'not an object': '[]',
  })) {
    it(`puts a file aside that is ${name}, tells, and keeps the others`, async () => {
      const first = await open();
      await first.recordNotified('File/a', 'digest');
      await writeFile(join(directory, 'memory', 'rolledBack.json'), text);
      const store = await open();
      expect(store.current.rolledBack).to.deep.equal({});
      expect(store.current.notified).to.deep.equal({ 'File/a': 'digest' });
      expect(faults).to.have.length(1);
      const aside = (await readdir(join(directory, 'memory'))).find((file) => file.includes('.corrupt-')) ?? '';
      expect(await readFile(join(directory, 'memory', aside), 'utf8')).to.equal(text);
    });
  }

  it('goes on in memory when the disk refuses, tells, and saves again later', async () => {
    const store = await open();
    await writeFile(join(directory, 'memory'), 'a file where the directory belongs');
    await store.recordRollback('Container/web', 'v1:a', 'unhealthy');
    expect(store.current.rolledBack['Container/web']?.specHash).to.equal('v1:a');
    expect(faults[0]).to.contain('could not be saved');
    await rm(join(directory, 'memory'));
    await store.close();
    expect((await loadMemory(directory)).memory.rolledBack).to.have.property('Container/web');
  });

  it('tries again by itself until the disk takes it, and tells once', async () => {
    const store = await open();
    await writeFile(join(directory, 'memory'), 'a file where the directory belongs');
    await store.recordRollback('Container/web', 'v1:a', 'unhealthy');
    await clock.advance(10_000);
    await store.flush();
    expect(faults).to.have.length(1);
    await rm(join(directory, 'memory'));
    await clock.advance(10_000);
    await eventually(async () =>
      expect((await loadMemory(directory)).memory.rolledBack).to.have.property('Container/web'),
    );
    await store.close();
    expect(clock.pending).to.equal(0);
  });

  it('takes and writes nothing once it is closed: the directory may be a successor’s', async () => {
    const store = await open();
    store.set('notified', 'File/a', 'mine');
    const closing = store.close();
    store.set('notified', 'File/a', 'late');
    await closing;
    await store.recordRollback('Container/web', 'v1:a', 'late');
    await store.flush();
    expect(clock.pending).to.equal(0);
    const { memory } = await loadMemory(directory);
    expect([memory.notified, memory.rolledBack]).to.deep.equal([{ 'File/a': 'mine' }, {}]);
  });

  it('leaves no timer behind when it is closed while the disk refuses', async () => {
    const store = await open();
    await writeFile(join(directory, 'memory'), 'a file where the directory belongs');
    store.set('notified', 'File/a', 'one');
    await store.close();
    expect(clock.pending).to.equal(0);
  });

  it('forgets what is not wanted any more, but not a backoff that still runs', async () => {
    const store = await open();
    const backoff = { specHash: '', failures: 1, error: { code: 'X', message: 'x' }, terminal: false };
    store.set('notified', 'File/a', 'digest');
    store.set('notified', 'File/b', 'digest');
    store.set('backoffs', 'Container/gone', { ...backoff, notBefore: clock.now() + 1 });
    store.set('backoffs', 'Container/old', { ...backoff, notBefore: clock.now() });
    store.prune(new Set(['File/b']));
    expect(store.current.notified).to.deep.equal({ 'File/b': 'digest' });
    expect(Object.keys(store.current.backoffs)).to.deep.equal(['Container/gone']);
    await store.close();
  });

  describe('what was wanted', () => {
    const isOlder = async (): Promise<boolean> => (await loadMemory(directory)).isOlder;

    it('is on the disk before it resolves, and stays there when it is not wanted any more', async () => {
      const store = await open();
      await store.recordWanted({ 'Container/web': 'home' });
      store.prune(new Set());
      expect((await loadMemory(directory)).memory.wanted).to.deep.equal({ 'Container/web': 'home' });
      expect(store.current.wanted).to.deep.equal({ 'Container/web': 'home' });
      await store.close();
    });

    it('lacks a record only where an operator of before worked, until there is one', async () => {
      expect(await isOlder(), 'nobody worked here').to.equal(false);
      await mkdir(join(directory, 'memory'));
      await writeFile(join(directory, 'memory', 'notified.json'), '{"version":1,"entries":{"File/a":"digest"}}');
      await writeFile(join(directory, 'memory', 'wanted.json.new'), 'died while it wrote');
      const store = await open();
      expect(store.isOlder).to.equal(true);
      store.set('notified', 'File/a', 'other');
      await store.flush();
      expect(await isOlder(), 'not recorded yet').to.equal(true);
      await store.recordWanted({});
      expect([store.isOlder, await isOlder()]).to.deep.equal([false, false]);
    });

    it('is on the disk before anything else is, so that no crash makes a new directory look old', async () => {
      const store = await open();
      await mkdir(join(directory, 'memory', 'notified.json.new'), { recursive: true });
      store.set('notified', 'File/a', 'digest');
      await store.close();
      expect(await readdir(join(directory, 'memory'))).to.have.members(['notified.json.new', 'wanted.json']);
    });

    it('is not taken for never recorded when its file was put aside', async () => {
      await mkdir(join(directory, 'memory'));
      await writeFile(join(directory, 'memory', 'notified.json'), '{"version":1,"entries":{}}');
      await writeFile(join(directory, 'memory', 'wanted.json'), '{"version":1,"entr');
      expect((await open()).isOlder).to.equal(false);
      expect(faults[0]).to.contain('wanted.json');
      expect(await isOlder(), 'after a crash').to.equal(false);
    });
  });

  it('keeps its files from other users', async () => {
    await mkdir(join(directory, 'memory'));
    await chmod(join(directory, 'memory'), 0o700);
    const store = await open();
    await store.recordNotified('File/a', 'digest');
    expect(await readdir(join(directory, 'memory'))).to.have.members(['notified.json', 'wanted.json']);
  });
});
