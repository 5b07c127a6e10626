import { expect } from 'chai';
import { surplusBackups } from '../../../src/model/backup.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { backupStatuses } from '../../../src/plan/backup/report.ts';
import type { ObservedSentinel } from '../../../src/model/sentinel.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import {
  backup,
  backupInput,
  grafana,
  grafanaContainer,
  observedBackup,
  prometheusContainer,
  running,
  runningGrafana,
} from '../../support/backup-planning.ts';
import { expectPlan, planText } from '../../support/plan-text.ts';
import { directory, gate, gateFiles, NOW } from '../../support/planning.ts';

const TODAY = observedBackup('20261122T031507Z');
const YESTERDAY = observedBackup('20261121T031502Z');

function condition(input: PlanningInput, key = 'Backup/nightly') {
  return buildPlan(input).conditions.find((each) => each.key === key);
}

describe('planning a Backup', () => {
  it('makes the first one at once, step by step', () => {
    expectPlan(
      backupInput([]),
      `
      #1 BeginBackup Backup/nightly: first backup
      #2 SnapshotPrometheus Backup/nightly: first backup (after #1)
      #3 CopyBackup Backup/nightly: first backup (after #2)
      #4 ReleaseSnapshot Backup/nightly: first backup (after #3)
      #5 VerifyBackup Backup/nightly: first backup (after #4)
      #6 PruneBackups Backup/nightly keep 7: first backup (after #5)`,
    );
  });

  it('has nothing to do until its schedule says so, tells what there is, and wakes then', () => {
    const input = backupInput([YESTERDAY, TODAY]);
    expectPlan(input, 'nothing to do');
    expect(condition(input)).to.include({
      type: 'Ready',
      message:
        '2 kept; the last one of 2026-11-22 03:15 UTC: 1.2 GB, 15 MB of it new, read back; next 2026-11-23 03:15 UTC',
    });
    expect(buildPlan(input).wakeAt).to.equal(Date.UTC(2026, 10, 23, 3, 15));
  });

  it('makes up for one that was missed, however late', () => {
    expect(planText(backupInput([YESTERDAY]))).to.contain('#1 BeginBackup Backup/nightly: backup due');
    expect(planText(backupInput([observedBackup('20250101T000000Z')]))).to.contain('backup due');
  });

  it('makes one when a human asks, once', () => {
    const asked = backupInput([TODAY], { memory: { backupRequests: { 'Backup/nightly': NOW - 1000 } } });
    expect(planText(asked)).to.contain('#1 BeginBackup Backup/nightly: backup asked for');
    const served = backupInput([TODAY], { memory: { backupRequests: { 'Backup/nightly': TODAY.startedAt } } });
    expectPlan(served, 'nothing to do');
  });

  it('does not wait for a time that a clock which was set back puts far off', () => {
    const future = observedBackup('20360101T000000Z');
    expect(planText(backupInput([future]))).to.contain('#1 BeginBackup Backup/nightly: backup due');
    const after = observedBackup('20360101T000001Z', { startedAt: NOW });
    expectPlan(backupInput([future, after]), 'nothing to do');
  });

  it('reads one back that was made and not read back, before anything else', () => {
    const input = backupInput([YESTERDAY, observedBackup('20261122T031507Z', { isVerified: false })]);
    expectPlan(
      input,
      `
      #1 ReleaseSnapshot Backup/nightly: not read back yet
      #2 VerifyBackup Backup/nightly: not read back yet (after #1)
      #3 PruneBackups Backup/nightly keep 7: not read back yet (after #2)`,
    );
  });

  it('does not read back where that is not wanted', () => {
    const of = backup({ verify: false });
    expectPlan(backupInput([observedBackup('20261122T031507Z', { isVerified: false })], { of }), 'nothing to do');
    expect(planText(backupInput([], { of }))).not.to.contain('VerifyBackup');
  });

  it('removes what a crash left, and what is beyond those that are kept', () => {
    const left = { state: 'seen', complete: [TODAY], failed: [], leftovers: ['20261122T050000Z.partial'] } as const;
    expectPlan(backupInput(left), '#1 DiscardBackup Backup/nightly: left by an earlier try');
    const of = backup({ keep: 1 });
    expectPlan(backupInput([YESTERDAY, TODAY], { of }), '#1 PruneBackups Backup/nightly keep 1: more than are kept');
    const damaged = { state: 'seen', complete: [TODAY], failed: ['20261120T031500Z'], leftovers: [] } as const;
    expect(planText(backupInput(damaged))).to.contain('PruneBackups');
  });

  for (const [what, found, words] of [
    ['is not there', { state: 'missing' }, '/mnt/backup does not exist: is its disk mounted?'],
    ['cannot be read', { state: 'unreadable', error: '/mnt/backup/nightly does not answer' }, 'does not answer'],
  ] as const)
    it(`is degraded and does nothing where its directory ${what}`, () => {
      expectPlan(backupInput(found), 'nothing to do');
      expect(condition(backupInput(found))).to.include({ type: 'Degraded', reason: 'BackupFailed' });
      expect(condition(backupInput(found))?.message).to.contain(words);
    });

  it('does not begin anew where all that it had is gone, until a human says so', () => {
    const { name, startedAt, finishedAt, bytes } = TODAY;
    const gone = backupInput([], { memory: { backups: { 'Backup/nightly': { name, startedAt, finishedAt, bytes } } } });
    expectPlan(gone, 'nothing to do');
    expect(condition(gone)).to.include({ type: 'Degraded', reason: 'BackupsGone' });
    expect(condition(gone)?.message).to.contain('bastion retry Backup/nightly');
    expect(backupStatuses(gone)).to.deep.equal([
      { key: 'Backup/nightly', last: { name, startedAt, finishedAt, bytes }, count: 0 },
    ]);
  });

  it('waits out a failure, and says what it was', () => {
    const of = backup();
    const error = { code: 'BACKUP_FAILED', message: 'the disk is full' };
    const backoff = { specHash: of.attempt, failures: 2, notBefore: NOW + 60_000, error, terminal: false };
    const input = backupInput([YESTERDAY], { of, memory: { backoffs: { [of.key]: backoff } } });
    expect(planText(input)).to.contain('#1 BeginBackup Backup/nightly: backup due [blocked by BACKUP_FAILED]');
    expect(condition(input)).to.include({ type: 'Degraded', reason: 'BackupFailed' });
  });

  describe('of a Prometheus that', () => {
    it('does not run: waits for it, and says so only when it is due', () => {
      const stopped = backupInput([YESTERDAY], { containers: [{ ...running, state: 'exited' }] });
      expect(planText(stopped)).not.to.contain('BeginBackup');
      expect(condition(stopped)).to.include({ type: 'Blocked', reason: 'AwaitingPrometheus' });
      expect(condition(backupInput([TODAY], { containers: [] }))).to.include({ type: 'Ready' });
    });

    it('is not ready yet: waits for it', () => {
      expect(condition(backupInput([], { observed: { readiness: {} } }))).to.include({
        type: 'Progressing',
        reason: 'AwaitingPrometheus',
      });
    });

    it('is behind a closed gate, or on hold: waits, too', () => {
      const held = { ...backupInput([]), gates: gateFiles([], { holds: new Set(['Container.prometheus']) }) };
      expect(planText(held)).to.contain(
        'BeginBackup Backup/nightly: first backup [blocked by hold/Container.prometheus]',
      );
      const input = backupInput([], { more: [gate('go')] });
      const resources = input.desired.resources.map((each) =>
        each.key === prometheusContainer.key ? { ...each, dependsOn: ['Gate/go' as const] } : each,
      );
      const behind = { ...input, desired: { ...input.desired, resources } };
      expect(planText(behind)).to.contain('[blocked by Gate/go]');
    });

    it('scrapes nobody, say: is saved all the same', () => {
      const sick = { ...running, health: 'unhealthy' as const };
      expect(planText(backupInput([], { containers: [sick] }))).to.contain(
        '#1 BeginBackup Backup/nightly: first backup\n',
      );
    });
  });

  describe('with a Grafana', () => {
    const of = backup({ grafana: 'grafana' });
    const more = [grafana, grafanaContainer];

    it('saves it first, from the places that its container says, and touches it no longer than that', () => {
      const input = backupInput([], { of, more, containers: [running, runningGrafana] });
      const [, save] = buildPlan(input).steps;
      expect(save).to.deep.include({
        op: 'SaveGrafana',
        risk: 'disruptive',
        args: {
          directory: '/mnt/backup/nightly',
          name: 'grafana',
          container: runningGrafana.id,
          database: '/opt/core/grafana/data/grafana.db',
          secretKey: '/opt/core/grafana/secrets/secret-key',
        },
      });
    });

    it('that does not run or cannot be had saves what there is of it', () => {
      const input = backupInput([], { of, more });
      const save = buildPlan(input).steps.find(({ op }) => op === 'SaveGrafana');
      expect(save?.blockedBy).to.deep.equal([]);
      expect(save?.args).not.to.have.property('container');
    });

    it('that is on hold waits', () => {
      const input = backupInput([], { of, more, containers: [running, runningGrafana] });
      const held = { ...input, gates: gateFiles([], { holds: new Set(['Container.grafana']) }) };
      expect(planText(held)).to.contain('[blocked by hold/Container.grafana]');
    });
  });

  it('writes nothing where its disk is not mounted', () => {
    const disk = directory('disk', { path: '/mnt/backup', sentinel: true });
    const of = { ...backup(), dependsOn: [disk.key, 'Prometheus/prometheus' as const] };
    const known = { id: 'a'.repeat(32), inode: '1:2' };
    const input = backupInput([], {
      of,
      more: [disk],
      memory: { sentinels: { [disk.key]: known } },
      observed: { sentinels: { [disk.key]: { state: 'missing', inode: '9:9' } as ObservedSentinel } },
    });
    expect(planText(input)).to.contain('BeginBackup Backup/nightly: first backup [blocked by Directory/disk]');
  });
});

describe('which backups are kept', () => {
  const names = ['20261118T000000Z', '20261119T000000Z', '20261120T000000Z', '20261121T000000Z'];
  const [first = '', second = '', third = '', fourth = ''] = names;

  it('are the newest, as many as wanted', () => {
    expect(surplusBackups(names, [], 2, () => true).complete).to.have.members([first, second]);
    expect(surplusBackups(names, [], 9, () => true).complete).to.deep.equal([]);
  });

  it('are always the last good one, however old', () => {
    expect(surplusBackups(names, [], 1, (name) => name === first).complete).to.have.members([second, third]);
    expect(surplusBackups(names, [], 0, () => false).complete).not.to.include(fourth);
  });

  it('are those that were found damaged until there is a good one after them', () => {
    expect(surplusBackups([fourth], [third], 7, () => true).failed).to.deep.equal([third]);
    expect(surplusBackups([second], [third], 7, () => true).failed).to.deep.equal([]);
    expect(surplusBackups([], [third], 7, () => true).failed).to.deep.equal([]);
  });
});
