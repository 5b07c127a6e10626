import { expect } from 'chai';
import type { BackupStatus } from '../../../src/model/backup-status.ts';
import type { Outcome } from '../../../src/model/outcome.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NOW, startStep, stepFinished } from '../../support/trace-events.ts';

describe('metrics of backups', () => {
  let metrics: Metrics;
  beforeEach(
    () => (metrics = new Metrics({ clock: new FakeClock({ now: NOW }), version: '1', processMetrics: false })),
  );
  const see = (...backups: BackupStatus[]): void => metrics.consume({ type: 'backups-seen', at: NOW, backups });
  const fail = (outcome: Outcome): void =>
    metrics.consume(
      stepFinished({ ...startStep('Backup/nightly'), op: 'CopyBackup' } as ReturnType<typeof startStep>, outcome),
    );
  const series = async (): Promise<string[]> =>
    (await metrics.text()).split('\n').filter((line) => line.startsWith('bastion_backup_'));

  it('show the last good one', async () => {
    const last = { name: '20261122T031500Z', startedAt: NOW - 90_000, finishedAt: NOW, bytes: 1200 };
    see({ key: 'Backup/nightly', last, count: 3 });
    expect(await series()).to.deep.equal([
      `bastion_backup_last_success_timestamp_seconds{backup="nightly"} ${NOW / 1000}`,
      'bastion_backup_last_size_bytes{backup="nightly"} 1200',
      'bastion_backup_last_duration_seconds{backup="nightly"} 90',
      'bastion_backup_count{backup="nightly"} 3',
      'bastion_backup_failures_total{backup="nightly"} 0',
    ]);
  });

  it('exist as soon as a Backup is wanted, with a success at 0 that is older than any alert allows', async () => {
    see({ key: 'Backup/nightly', count: 0 });
    expect(await series())
      .to.have.length(5)
      .and.to.include('bastion_backup_last_success_timestamp_seconds{backup="nightly"} 0');
  });

  it('count failures, not what was skipped', async () => {
    see({ key: 'Backup/nightly', count: 0 });
    fail({ type: 'retry', error: { code: 'BACKUP_FAILED', message: 'full' } });
    fail({ type: 'skipped', because: 'x' });
    fail({ type: 'done' });
    expect(await series()).to.include('bastion_backup_failures_total{backup="nightly"} 1');
  });

  it('go with their Backup', async () => {
    see({ key: 'Backup/nightly', count: 0 });
    see();
    expect(await series()).to.deep.equal([]);
  });
});
