import { expect } from 'chai';
import { BackupSchedules } from '../../../src/runtime/backup-schedules.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import { MemoryStore } from '../../../src/runtime/memory-store.ts';
import { rememberSeen } from '../../../src/runtime/remember-seen.ts';
import { backupInput, observedBackup } from '../../support/backup-planning.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';

describe('BackupSchedules', () => {
  it('opens each schedule once, closes what is not wanted any more, and calls back', () => {
    const open = new Map<string, () => void>();
    let times = 0;
    const schedules = new BackupSchedules(
      (expression, onTime) => {
        expect(open.has(expression)).to.equal(false);
        open.set(expression, onTime);
        return { close: () => open.delete(expression) };
      },
      () => times++,
    );
    schedules.want(['15 3 * * *']);
    schedules.want(['15 3 * * *', '0 * * * *']);
    open.get('0 * * * *')?.();
    schedules.want(['0 * * * *']);
    expect([...open.keys()]).to.deep.equal(['0 * * * *']);
    expect(times).to.equal(1);
    schedules.close();
    expect(open.size).to.equal(0);
  });
});

describe('what a pass remembers of backups', () => {
  const directory = temporaryDirectory('remember');
  const key = 'Backup/nightly';

  it('is the last good one, and that a request was served', async () => {
    const memory = await MemoryStore.open(directory(), { clock: new FakeClock(), onFault: () => undefined });
    const last = observedBackup('20261122T031500Z');
    memory.set('backupRequests', key, last.startedAt + 1);
    await rememberSeen(memory, backupInput([last]));
    expect(memory.current.backups[key]).to.deep.equal({
      name: last.name,
      startedAt: last.startedAt,
      finishedAt: last.finishedAt,
      bytes: last.bytes,
    });
    expect(memory.current.backupRequests[key]).to.equal(last.startedAt + 1);
    await rememberSeen(memory, backupInput([last, observedBackup('20261122T040000Z', { isVerified: false })]));
    expect(memory.current.backups[key]?.name).to.equal(last.name);
    await rememberSeen(memory, backupInput([last, observedBackup('20261122T040000Z')]));
    expect(memory.current.backups[key]?.name).to.equal('20261122T040000Z');
    expect(memory.current.backupRequests).to.deep.equal({});
    await rememberSeen(memory, backupInput({ state: 'missing' }));
    expect(memory.current.backups[key]?.name).to.equal('20261122T040000Z');
    await memory.close();
    const again = await MemoryStore.open(directory(), { clock: new FakeClock(), onFault: () => undefined });
    expect(again.current.backups).to.deep.equal(memory.current.backups).and.not.to.deep.equal(EMPTY_MEMORY.backups);
    await again.close();
  });
});
