import { expect } from 'chai';
import type { LogFileSpec } from '../../../src/model/file-specs.ts';
import { EMPTY_MEMORY } from '../../../src/model/memory.ts';
import type { ObservedContainer, ObservedLog, RotatedLog } from '../../../src/model/observed.ts';
import type { PlanningInput } from '../../../src/model/planning-input.ts';
import { buildPlan } from '../../../src/plan/build-plan.ts';
import { container, gateFiles, NOW, observedContainer, planningInput, resource } from '../../support/planning.ts';
import { expectConditions, expectPlan } from '../../support/plan-text.ts';

const MEBIBYTE = 1024 * 1024;
const PATH = '/opt/traefik/logs/access.log';
const KEY = 'LogFile/access';
const DAY = 86_400_000;

describe('planning a log', () => {
  const traefik = container('traefik');
  const running = observedContainer(traefik);
  const rotated = (number: number, size = MEBIBYTE, parts: Partial<RotatedLog> = {}): RotatedLog => ({
    number,
    size,
    modifiedAt: NOW - number * DAY,
    inode: `inode-${number}`,
    ...parts,
  });
  const present = (size: number, ...files: RotatedLog[]): ObservedLog => ({
    type: 'file',
    size,
    inode: 'live',
    rotated: files,
  });
  const gone = (...files: RotatedLog[]): ObservedLog => ({ type: 'missing', size: 0, inode: '', rotated: files });
  interface Case {
    readonly spec?: Partial<LogFileSpec>;
    readonly notified?: string;
    readonly writer?: Partial<ObservedContainer>;
  }
  const input = (log: ObservedLog, { spec = {}, notified, writer = {} }: Case = {}): PlanningInput => {
    const whole = { path: PATH, maxSize: MEBIBYTE, keep: 3, container: 'traefik', signal: 'SIGUSR1', ...spec };
    return planningInput(
      [resource('LogFile', 'access', whole, []), traefik],
      { containers: [{ ...running, ...writer }], logs: { [PATH]: log } },
      { memory: { ...EMPTY_MEMORY, notified: notified === undefined ? {} : { [KEY]: notified } } },
    );
  };
  const removed = (log: ObservedLog, given: Case = {}): readonly number[] =>
    buildPlan(input(log, given))
      .steps.flatMap((step) => (step.op === 'RemoveRotatedLogs' ? step.args.files : []))
      .map(({ number }) => number);

  it('leaves one alone that is not full', () => {
    expectPlan(input(present(MEBIBYTE - 1, rotated(1), rotated(2), rotated(3))), 'nothing to do');
    expectConditions(input(present(0)), `Container/traefik Ready Running\nLogFile/access Ready Kept`);
  });

  it('renames a full one, tells the container, and remembers that it was told', () => {
    expectPlan(
      input(present(MEBIBYTE, rotated(1))),
      `
      #1 RotateLog LogFile/access: larger than 1m
      #2 SignalContainer LogFile/access SIGUSR1 aaaaaaaaaaaa: larger than 1m (after #1)
      #3 RecordNotified LogFile/access: larger than 1m (after #2)`,
    );
    const record = buildPlan(input(present(MEBIBYTE))).steps.at(-1);
    expect(record?.op === 'RecordNotified' && record.args.digest).to.equal(`live@${NOW}`);
  });

  it('keeps the newest rotated file only while a disk of the stack is short', () => {
    const full = input(present(0, rotated(1), rotated(2), rotated(3)));
    const disk = { level: 1, since: NOW, cause: 'it was full' };
    const memory = { ...full.memory, levels: { 'Prometheus/prometheus': { disk } } } as const;
    expectPlan(full, 'nothing to do');
    const [step] = buildPlan({ ...full, memory }).steps;
    expect(step?.op === 'RemoveRotatedLogs' ? step.args.files : []).to.deep.equal([
      { number: 2, inode: 'inode-2' },
      { number: 3, inode: 'inode-3' },
    ]);
    const well = { ...full.memory, levels: { 'Prometheus/prometheus': { disk: { ...disk, level: 0 } } } } as const;
    expectPlan({ ...full, memory: well }, 'nothing to do');
  });

  it('tells the container after a crash between the two, once', () => {
    const crashed = gone(rotated(1, MEBIBYTE, { modifiedAt: running.startedAt + 1 }));
    expectPlan(
      input(crashed, { notified: 'inode-2@1' }),
      `
      #1 SignalContainer LogFile/access SIGUSR1 aaaaaaaaaaaa: rotated, and not opened anew
      #2 RecordNotified LogFile/access: rotated, and not opened anew (after #1)`,
    );
    expectPlan(input(crashed, { notified: `inode-1@${NOW - 1000}` }), 'nothing to do');
  });

  it('tells nobody about a log that was not written yet', () => {
    expectPlan(input(gone()), 'nothing to do');
    // Started after the last line of the rotated one: it opens its own with its first line.
    expectPlan(input(gone(rotated(1, MEBIBYTE, { modifiedAt: running.startedAt - 1 }))), 'nothing to do');
  });

  it('says so when the container goes on writing to the old one', () => {
    const still = gone(rotated(1, MEBIBYTE, { modifiedAt: NOW - 1000 }));
    const stuck = input(still, { notified: `inode-1@${NOW - 60_000}` });
    expectPlan(stuck, 'nothing to do');
    expectConditions(stuck, `Container/traefik Ready Running\nLogFile/access Degraded NotReopened`);
    // Its last lines may still have been on their way.
    expectConditions(
      input(still, { notified: `inode-1@${NOW - 9000}` }),
      `Container/traefik Ready Running\nLogFile/access Ready Kept`,
    );
  });

  it('does not rotate what nobody writes', () => {
    for (const state of ['exited', 'paused'] as const) {
      const steps = buildPlan(input(present(9 * MEBIBYTE), { writer: { state } })).steps;
      expect(steps.filter(({ target }) => target === KEY)).to.deep.equal([]);
    }
  });

  it('keeps so many files and so many bytes, and the newest in any case', () => {
    const four = [rotated(1), rotated(2), rotated(3), rotated(4)];
    expect(removed(present(10, ...four))).to.deep.equal([4]);
    expect(removed(present(MEBIBYTE, ...four))).to.deep.equal([3, 4]);
    expect(removed(present(10, rotated(1), rotated(2, 2 * MEBIBYTE + 1), rotated(3, 5)))).to.deep.equal([2, 3]);
    expect(removed(present(10, rotated(1, 9 * MEBIBYTE)))).to.deep.equal([]);
    expect(removed(present(9 * MEBIBYTE, rotated(1)))).to.deep.equal([1]);
    // A gap from an interrupted rotation takes up the shift.
    expect(removed(present(MEBIBYTE, rotated(1), rotated(3)))).to.deep.equal([]);
  });

  it('removes rotated files by age where that is asked for', () => {
    const files = [rotated(1), rotated(2), rotated(3)];
    expect(removed(present(10, ...files), { spec: { maxAge: 2.5 * DAY } })).to.deep.equal([3]);
    expect(removed(present(MEBIBYTE, ...files), { spec: { maxAge: 1.5 * DAY, keep: 9 } })).to.deep.equal([2, 3]);
  });

  it('touches nothing else, and waits with the container', () => {
    expectConditions(
      input({ ...gone(), type: 'directory' }),
      `Container/traefik Ready Running\nLogFile/access Stalled NotAFile`,
    );
    const unreadable = { ...gone(), type: 'unreadable', error: 'EACCES' } as const;
    expectConditions(input(unreadable), `Container/traefik Ready Running\nLogFile/access Degraded Unreadable`);
    const held = { ...input(present(MEBIBYTE)), gates: gateFiles([], { holds: new Set(['Container.traefik']) }) };
    expectConditions(
      held,
      `
      Container/traefik Blocked Held
      Container/traefik Ready Running
      LogFile/access Blocked Held`,
    );
  });
});
