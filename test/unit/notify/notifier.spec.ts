import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Notification } from '../../../src/model/notification.ts';
import type { NotificationSpec, ReceiverSpec } from '../../../src/model/notification-spec.ts';
import type { StatusSnapshot } from '../../../src/model/status.ts';
import type { TraceEvent } from '../../../src/model/trace.ts';
import type { AttemptResult } from '../../../src/notify/deliver/attempt.ts';
import { LONGEST_QUEUE } from '../../../src/notify/deliver/receiver-queue.ts';
import { retryDelay } from '../../../src/notify/deliver/retry-delay.ts';
import {
  EMPTY_NOTIFY_MEMORY,
  loadNotifyMemory,
  saveNotifyMemory,
  type NotifyMemory,
} from '../../../src/notify/memory-file.ts';
import { Notifier } from '../../../src/notify/notifier.ts';
import { openNotifier } from '../../../src/notify/open-notifier.ts';
import { Metrics } from '../../../src/status/metrics.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { NOW, snapshot } from '../../support/trace-events.ts';

const PHONE: ReceiverSpec = { name: 'phone', type: 'webhook', timeout: 1_000, address: { url: 'https://phone.lab/' } };
const MAIL: ReceiverSpec = {
  name: 'mail',
  type: 'command',
  timeout: 1_000,
  command: ['mail'],
  on: ['stalled', 'recovered'],
};
const SPEC: NotificationSpec = { settle: 30_000, unreachableAfter: 60_000, certificateExpiry: [], receivers: [PHONE] };
const MINUTE = 60_000;

function web(type: 'Ready' | 'Degraded'): StatusSnapshot['resources'] {
  return snapshot().resources.map((resource) => ({
    ...resource,
    conditions: resource.conditions.map((condition) => ({ ...condition, type, reason: type })),
  }));
}

describe('the notifier', () => {
  let clock: FakeClock;
  let present: StatusSnapshot;
  let sent: { readonly receiver: string; readonly notification: Notification }[];
  let events: TraceEvent[];
  let answer: (receiver: string) => AttemptResult | Promise<AttemptResult>;
  let kept: NotifyMemory;
  const open: Notifier[] = [];

  beforeEach(() => {
    clock = new FakeClock();
    present = snapshot();
    sent = [];
    events = [];
    kept = EMPTY_NOTIFY_MEMORY;
    answer = () => ({ type: 'sent' });
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((notifier) => notifier.close()));
    expect(clock.pending).to.equal(0);
  });

  function start(spec: NotificationSpec = SPEC): Notifier {
    const notifier = new Notifier({
      clock,
      snapshot: () => present,
      memory: JSON.parse(JSON.stringify(kept)) as NotifyMemory,
      save: async (memory) => void (kept = memory),
      tell: (event) => events.push(event),
      attempt: async (receiver, notification) => {
        const result = await answer(receiver.name);
        if (result.type === 'sent') sent.push({ receiver: receiver.name, notification });
        return result;
      },
    });
    open.push(notifier);
    notifier.follow(spec);
    return notifier;
  }

  /** A pass with these conditions, and so much time after it. */
  async function pass(notifier: Notifier, type: 'Ready' | 'Degraded', milliseconds = MINUTE): Promise<void> {
    present = snapshot({ result: type === 'Ready' ? 'converged' : 'failing', resources: web(type) });
    notifier.consume({ type: 'pass-finished', at: clock.now(), result: present.result, milliseconds: 1 });
    await clock.advance(milliseconds);
  }

  const titles = (): string[] => sent.map(({ notification }) => notification.title);
  const results = (): string[] => events.flatMap((event) => (event.type === 'notification' ? event.result : []));
  const warnings = (): string[] => events.flatMap((event) => (event.type === 'warning' ? event.message : []));

  it('tells of a change by itself when its time has come, without another pass', async () => {
    const notifier = start();
    await pass(notifier, 'Degraded', 29_000);
    expect(titles()).to.deep.equal([]);
    await clock.advance(2_000);
    expect(titles()).to.deep.equal(['demo: Container/web is degraded']);
    await pass(notifier, 'Degraded');
    await pass(notifier, 'Ready');
    expect(titles()).to.deep.equal(['demo: Container/web is degraded', 'demo: Container/web recovered']);
  });

  it('tells each receiver only what it wants', async () => {
    const notifier = start({ ...SPEC, receivers: [PHONE, MAIL] });
    await pass(notifier, 'Degraded');
    await pass(notifier, 'Ready');
    expect(sent.map(({ receiver, notification }) => `${receiver} ${notification.kind}`)).to.deep.equal([
      'phone degraded',
      'phone recovered',
      'mail recovered',
    ]);
  });

  it('says nothing twice after a restart, and delivers then what could not be delivered before', async () => {
    answer = () => ({ type: 'later', reason: 'answered 500' });
    const first = start();
    await pass(first, 'Degraded');
    await first.close();
    expect(kept.waiting['phone']).to.have.lengthOf(1);
    answer = () => ({ type: 'sent' });
    const second = start();
    await pass(second, 'Degraded');
    await pass(second, 'Degraded');
    expect(titles()).to.deep.equal(['demo: Container/web is degraded']);
    expect(kept).to.deep.include({ waiting: {} });
    expect(Object.keys(kept.told)).to.deep.equal(['Container/web']);
  });

  it('tells that the engine is away when that began in an earlier life, however often it is started meanwhile', async () => {
    const spec = { ...SPEC, unreachableAfter: 2 * MINUTE };
    for (let life = 0; life < 3; life++) {
      const notifier = start(spec);
      present = snapshot({
        result: 'stopped',
        engine: { reachable: false, version: '', message: 'no answer (ECONNREFUSED)' },
      });
      notifier.consume({ type: 'pass-finished', at: clock.now(), result: 'stopped', milliseconds: 1 });
      await clock.advance(50_000);
      // As when it is killed: without a last save.
      const memory = kept;
      await notifier.close();
      kept = memory;
    }
    expect(titles()).to.deep.equal(['demo: the engine does not answer']);
    expect(sent[0]?.notification.at).to.equal(NOW + 2 * MINUTE);
  });

  it('says once more what stands when its memory is lost, and no more', async () => {
    await pass(start(), 'Degraded');
    kept = EMPTY_NOTIFY_MEMORY;
    const second = start();
    await pass(second, 'Degraded');
    await pass(second, 'Degraded');
    expect(sent).to.have.lengthOf(2);
  });

  it('tries again until it succeeds, in order, and one that fails keeps no other waiting', async () => {
    let failures = 5;
    answer = (receiver) => (receiver === 'phone' && failures-- > 0 ? { type: 'later', reason: 'x' } : { type: 'sent' });
    const notifier = start({ ...SPEC, receivers: [{ ...MAIL, on: ['degraded'] }, PHONE] });
    await pass(notifier, 'Degraded', 30_000);
    expect(sent.map(({ receiver }) => receiver)).to.deep.equal(['mail']);
    await pass(notifier, 'Ready', 10 * MINUTE);
    expect(sent.slice(1).map(({ notification }) => notification.kind)).to.deep.equal(['degraded', 'recovered']);
    expect(results().filter((result) => result === 'later')).to.have.lengthOf(5);
  });

  it('waits as long as a receiver asks, and gives up what it refuses or what is a day old', async () => {
    answer = () => ({ type: 'later', reason: 'answered 429', after: 5 * MINUTE });
    const notifier = start();
    await pass(notifier, 'Degraded', 30_000 + 5 * MINUTE - 1);
    expect(results()).to.deep.equal(['queued', 'later']);
    await clock.advance(1);
    expect(results()).to.deep.equal(['queued', 'later', 'later']);
    await clock.advance(25 * 60 * MINUTE);
    expect(results().at(-1)).to.equal('dropped');
    answer = () => ({ type: 'refused', reason: 'answered 401' });
    await pass(notifier, 'Ready');
    expect(results().slice(-2)).to.deep.equal(['queued', 'refused']);
  });

  it('keeps only so many waiting, drops the oldest and counts them', async () => {
    answer = () => ({ type: 'later', reason: 'x', after: 60 * MINUTE });
    const notifier = start();
    for (let round = 0; round < LONGEST_QUEUE; round++) {
      await pass(notifier, 'Degraded', 31_000);
      await pass(notifier, 'Ready', 31_000);
    }
    const queued = events.flatMap((event) => (event.type === 'notification' ? event.queued : []));
    expect(Math.max(...queued)).to.equal(LONGEST_QUEUE);
    expect(results().filter((result) => result === 'dropped')).to.have.lengthOf(LONGEST_QUEUE);
    const metrics = new Metrics({ clock, version: '1', processMetrics: false });
    for (const event of events) metrics.consume(event);
    const text = await metrics.text();
    expect(text).to.contain(`bastion_notifications_dropped_total{receiver="phone"} ${LONGEST_QUEUE}`);
    expect(text).to.contain(`bastion_notifications_queue_length{receiver="phone"} ${LONGEST_QUEUE}`);
    expect(text).to.contain('bastion_notifications_total{receiver="phone",result="sent"} 0');
    metrics.consume({ type: 'receivers-known', at: NOW, receivers: [] });
    expect(await metrics.text()).to.not.contain('receiver=');
  });

  it('warns of a receiver that fails for long, once until it delivers again', async () => {
    answer = () => ({ type: 'later', reason: 'answered 500' });
    const notifier = start();
    await pass(notifier, 'Degraded', 9 * MINUTE);
    expect(warnings()).to.deep.equal([]);
    await clock.advance(60 * MINUTE);
    expect(warnings()).to.have.lengthOf(1);
    expect(warnings()[0]).to.match(/^notifications do not reach phone since .*: answered 500; try it with/);
    expect(notifier.warnings).to.have.lengthOf(1);
    answer = () => ({ type: 'sent' });
    await clock.advance(5 * MINUTE);
    expect(notifier.warnings).to.deep.equal([]);
  });

  it('neither waits for a receiver that hangs nor is hurt by what throws', async () => {
    answer = (receiver) =>
      receiver === 'phone' ? new Promise(() => undefined) : Promise.reject(new Error('tk_secret'));
    const notifier = start({ ...SPEC, receivers: [{ ...MAIL, on: ['degraded'] }, PHONE] });
    await pass(notifier, 'Degraded');
    expect(JSON.stringify(events)).to.contain('fault of bastion (Error)').and.not.contain('tk_secret');
    present = { ...present, resources: undefined } as unknown as StatusSnapshot;
    expect(() =>
      notifier.consume({ type: 'pass-finished', at: NOW, result: 'converged', milliseconds: 1 }),
    ).to.not.throw();
    expect(events.some(({ type }) => type === 'fault')).to.equal(true);
    open.pop();
    // What hangs is never over, as only a receiver of a test can be.
    void notifier.close();
  });

  it('follows the desired state: receivers come and go, and what waits stays with them', async () => {
    answer = () => ({ type: 'later', reason: 'x' });
    const notifier = start();
    await pass(notifier, 'Degraded');
    notifier.follow({ ...SPEC, receivers: [PHONE, MAIL] });
    answer = () => ({ type: 'sent' });
    await clock.advance(10 * MINUTE);
    expect(sent.map(({ receiver }) => receiver)).to.deep.equal(['phone']);
    notifier.follow(undefined);
    await pass(notifier, 'Ready');
    expect(sent).to.have.lengthOf(1);
  });

  it('tries one receiver or all when a human asks, beside the queue', async () => {
    const notifier = start({ ...SPEC, receivers: [PHONE, MAIL] });
    expect(await notifier.test('phone')).to.deep.equal({ phone: { type: 'sent' } });
    expect(Object.keys((await notifier.test(undefined)) ?? {})).to.deep.equal(['phone', 'mail']);
    expect(await notifier.test('fax')).to.equal(undefined);
    expect(sent.every(({ notification }) => notification.kind === 'test')).to.equal(true);
  });

  it('waits between tries with full jitter, 1 s doubling to 5 min', () => {
    expect([1, 2, 3, 20, 5000].map((failures) => retryDelay(failures, 0.999_999))).to.deep.equal([
      1_000, 2_000, 4_000, 300_000, 300_000,
    ]);
    expect(retryDelay(20, 0)).to.equal(0);
    expect(retryDelay(1, 0, 30_000)).to.equal(30_000);
    expect(retryDelay(1, 0, 1e12)).to.equal(3_600_000);
  });

  describe('its memory on the disk', () => {
    const directory = temporaryDirectory('notify-memory');

    it('is read as it was written, and private', async () => {
      const told = {
        'Container/web': { kind: 'degraded', stage: 'd', rank: 1, since: 5, subjects: ['Container/web'] },
      } as const;
      await saveNotifyMemory(directory(), { told, rising: { 'Container/db': 7 }, waiting: {} });
      expect(await loadNotifyMemory(directory())).to.deep.equal({ told, rising: { 'Container/db': 7 }, waiting: {} });
      // As an earlier version wrote it.
      writeFileSync(join(directory(), 'notifications.json'), JSON.stringify({ version: 1, told, waiting: {} }));
      expect(await loadNotifyMemory(directory())).to.deep.equal({ told, rising: {}, waiting: {} });
      expect(await loadNotifyMemory(join(directory(), 'nothing'))).to.deep.equal(EMPTY_NOTIFY_MEMORY);
    });

    it('may be anything, and costs no more than a warning', async () => {
      const path = join(directory(), 'notifications.json');
      for (const text of [
        '',
        '{',
        '[]',
        '{"version":2}',
        '{"version":1,"told":{"a":{"kind":7}},"rising":{"b":"x"},"waiting":{"x":[{}]}}',
      ]) {
        writeFileSync(path, text);
        const notifier = await openNotifier({
          clock,
          stateDirectory: directory(),
          root: '',
          judge: () => undefined,
          commandDirectory: '/nonexistent',
          snapshot: () => present,
          tell: (event) => events.push(event),
        });
        notifier.follow(SPEC);
        await notifier.close();
        expect(readFileSync(path, 'utf8')).to.equal('{"version":1,"told":{},"rising":{},"waiting":{}}');
      }
      expect(warnings()).to.have.lengthOf(4);
    });

    it('that cannot be written is told once', async () => {
      const notifier = await openNotifier({
        clock,
        stateDirectory: join(directory(), 'nothing'),
        root: '',
        judge: () => undefined,
        commandDirectory: '/nonexistent',
        snapshot: () => present,
        tell: (event) => events.push(event),
      });
      notifier.follow(SPEC);
      await clock.settle();
      await notifier.close();
      expect(warnings()).to.have.lengthOf(1);
      expect(warnings()[0]).to.contain('cannot be remembered');
    });
  });
});
