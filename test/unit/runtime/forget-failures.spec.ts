import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { acceptAsIs, forgetFailures } from '../../../src/runtime/forget-failures.ts';
import { MemoryStore } from '../../../src/runtime/memory-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';

describe('forgetFailures', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'bastion-retry-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('forgets what brakes this resource, says what, and nothing else', async () => {
    const memory = await MemoryStore.open(directory, { clock: new FakeClock(), onFault: () => undefined });
    const error = { code: 'X', message: 'no' };
    const backoff = { specHash: 'v1:a', failures: 3, notBefore: 9, error, terminal: true };
    for (const key of ['Container/web', 'Container/db'] as const) {
      memory.set('backoffs', key, backoff);
      memory.set('replacements', key, { specHash: 'v1:a', at: [1, 2, 3] });
      memory.set('notified', key, 'digest');
      await memory.recordRollback(key, 'v1:a', 'unhealthy');
    }
    memory.set('sentinels', 'Directory/data', { id: 'a', inode: '1:2' });
    memory.set('gateWitness', 'Gate/look', { hash: 'h', changedAt: 1 });
    expect(forgetFailures(memory, 'Container/web')).to.deep.equal([
      'failures in a row',
      'the rollback of its spec',
      'the count of its replacements',
    ]);
    const { backoffs, rolledBack, replacements, notified, gateWitness } = memory.current;
    for (const left of [backoffs, rolledBack, replacements]) expect(Object.keys(left)).to.deep.equal(['Container/db']);
    expect(Object.keys(notified)).to.have.length(2);
    expect(Object.keys(gateWitness)).to.have.length(1);
    expect(forgetFailures(memory, 'Container/web')).to.deep.equal([]);
    await memory.recordRemediation('ScrapeTarget/app', 'v1:a', 5);
    expect(forgetFailures(memory, 'ScrapeTarget/app')).to.deep.equal(['the count of restarts for its scrape']);
    expect(forgetFailures(memory, 'Directory/data'), 'not along with something else').to.deep.equal([]);
    expect(acceptAsIs(memory, 'Directory/data')).to.deep.equal(['the sentinel that it had']);
    expect(memory.current.sentinels).to.deep.equal({});
    await memory.close();
  });
});
