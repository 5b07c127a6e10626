import { expect } from 'chai';
import fc from 'fast-check';
import type { DnsEvent } from '../../../src/exporter/accounts/dns-event.ts';
import { parseLogItem } from '../../../src/exporter/adguard/log-item.ts';
import { hash } from '../../../src/exporter/hash.ts';
import { QueryLog, type QueryLogOptions } from '../../../src/exporter/adguard/query-log.ts';
import { parseTimestamp } from '../../../src/exporter/adguard/timestamp.ts';
import { FakeQueryLog, goTime } from '../../support/exporter/fake-query-log.ts';

const SECOND = 1_000_000_000n;
const START = 1_787_000_000n * SECOND;

describe("reading AdGuard's query log", () => {
  for (const [text, nanoseconds] of [
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-08-18T10:00:00.519796+02:00', 1_787_040_000_519_796_000n],
    ['2026-08-18T08:00:00.123456789Z', 1_787_040_000_123_456_789n],
    ['2026-08-18T02:30:00.1-05:30', 1_787_040_000_100_000_000n],
    ['2024-02-29T23:59:59Z', 1_709_251_199n * SECOND],
  ] as const)
    it(`reads the time ${text}`, () => expect(parseTimestamp(text)).to.equal(nanoseconds));

  it('agrees with Date on any second', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2199-12-31'), noInvalidDate: true }), (date) => {
        expect(parseTimestamp(date.toISOString())).to.equal(BigInt(date.getTime()) * 1_000_000n);
      }),
    );
    for (const text of ['', '2026-13-01T00:00:00Z', '2026-08-18T10:00:00', '2026-08-18 10:00:00Z', 'x'.repeat(99_999)])
      expect(parseTimestamp(text)).to.equal(undefined);
  });

  describe('page by page', () => {
    let log: FakeQueryLog;
    let clock: bigint;
    let events: DnsEvent[];
    let fetches: number;
    let failFrom: number;

    const reader = (more: Partial<QueryLogOptions> = {}): QueryLog =>
      new QueryLog({
        pageSize: 20,
        pagesAPoll: 25,
        pollSeconds: 10,
        onEvent: (event) => events.push(event),
        fetch: async ({ limit, olderThan }) => {
          if (++fetches >= failFrom) throw new Error('planned');
          const parameters = new URLSearchParams({ limit: String(limit) });
          if (olderThan !== undefined) parameters.set('older_than', olderThan);
          return { items: log.search(parameters).data, serverTime: Number(clock / 1_000_000n) };
        },
        ...more,
      });
    /** Adds so many entries, a millisecond and a bit apart. */
    const add = (count: number, step: bigint = 1_000_001n): void => {
      for (let entry = 0; entry < count; entry++) log.add((clock += step));
    };
    const names = (): string[] => events.map(({ name }) => name);
    const exactly = (count: number): void => {
      expect(new Set(names()).size, 'different').to.equal(count);
      expect(names(), 'counted').to.have.length(count);
    };

    beforeEach(() => {
      log = new FakeQueryLog(50);
      clock = START;
      events = [];
      fetches = 0;
      failFrom = Infinity;
    });

    it('begins with what comes after the first poll', async () => {
      const query = reader();
      add(100);
      await query.poll();
      exactly(0);
      await query.poll();
      exactly(0);
      add(7);
      await query.poll();
      exactly(7);
    });

    it('counts every entry once, through pages and flushes of the buffer', async () => {
      const query = reader();
      await query.poll();
      for (let round = 0, total = 0; round < 40; round++) {
        const count = (round * 37) % 190;
        add(count);
        await query.poll();
        exactly((total += count));
      }
      for (const reason of query.counts.gaps.values()) expect(reason).to.equal(0);
    });

    it('counts every entry of pages that have one time only', async () => {
      const query = reader();
      await query.poll();
      add(30);
      add(130, 0n);
      add(30);
      await query.poll();
      exactly(190);
      add(45, 0n);
      await query.poll();
      exactly(235);
    });

    it('counts entries that stand out of order, also across the end of a page', async () => {
      const query = reader({ pageSize: 10 });
      await query.poll();
      for (let entry = 0; entry < 200; entry++) {
        clock += 1_000_000n;
        log.add(entry % 3 === 0 ? clock - 2_500_000n : clock);
      }
      await query.poll();
      add(5);
      await query.poll();
      exactly(205);
    });

    it('finds again what was nowhere while the buffer was written', async () => {
      const query = reader();
      await query.poll();
      add(10);
      await query.poll();
      add(15);
      log.beginFlush();
      add(3);
      await query.poll();
      log.endFlush();
      add(2);
      await query.poll();
      exactly(30);
    });

    it('goes on after a page that failed, without counting twice', async () => {
      const query = reader();
      await query.poll();
      add(90);
      failFrom = fetches + 3;
      const error: unknown = await query.poll().catch((reason: unknown) => reason);
      expect(String(error)).to.contain('planned');
      expect(events.length).to.be.within(20, 60);
      failFrom = Infinity;
      add(10);
      await query.poll();
      exactly(100);
    });

    it('goes on after a restart where it was, without counting twice', async () => {
      let query = reader();
      await query.poll();
      for (let round = 1; round <= 5; round++) {
        add(33);
        await query.poll();
        exactly(33 * round);
        const saved = JSON.parse(JSON.stringify(query.state)) as NonNullable<QueryLogOptions['saved']>;
        query = reader({ saved });
      }
      add(60, 0n);
      await query.poll();
      exactly(225);
    });

    it('loses nothing when it is killed between two pages, after a state was saved there', async () => {
      let saved: QueryLogOptions['saved'];
      const query = reader({
        pageSize: 1000,
        fetch: async ({ limit, olderThan }) => {
          if (++fetches === 5) saved = query.state;
          const parameters = new URLSearchParams({ limit: String(limit) });
          if (olderThan !== undefined) parameters.set('older_than', olderThan);
          return { items: log.search(parameters).data, serverTime: undefined };
        },
      });
      await query.poll();
      add(6000, 10_000_000n);
      await query.poll();
      exactly(6000);
      // What it had counted by then went with it.
      events = [];
      expect(saved?.seen).to.have.length.at.most(2000);
      const next = reader({ pageSize: 1000, ...(saved === undefined ? {} : { saved }) });
      await next.poll();
      exactly(6000);
      expect([...next.counts.gaps.values()]).to.deep.equal([0, 0, 0, 0]);
    });

    it('counts a gap, not entries twice, when more came than it may read', async () => {
      const query = reader({ pagesAPoll: 3 });
      await query.poll();
      add(500);
      await query.poll();
      const read = events.length;
      expect(read).to.be.within(30, 60);
      expect(query.counts.gaps.get('page_limit')).to.equal(1);
      await query.poll();
      expect(events).to.have.length(read);
      add(5);
      await query.poll();
      expect(new Set(names()).size).to.equal(names().length);
      expect(names().slice(-5)).to.include('www504.example.com');
    });

    it('notices that the log was cleared, once, and counts what comes after', async () => {
      const query = reader();
      await query.poll();
      add(30);
      await query.poll();
      log.clear();
      for (let round = 0; round < 3; round++) await query.poll();
      add(4);
      await query.poll();
      add(4);
      await query.poll();
      exactly(38);
      expect(query.counts.gaps.get('cleared')).to.equal(1);
    });

    it('counts what comes after AdGuard restarted and lost its buffer', async () => {
      const query = reader();
      await query.poll();
      add(60);
      await query.poll();
      log.crash();
      await query.poll();
      clock += 60n * SECOND;
      add(25);
      await query.poll();
      exactly(85);
    });

    it('counts on when the clock jumps ahead, and when it is set back', async () => {
      const query = reader();
      await query.poll();
      add(30);
      await query.poll();
      clock += 3600n * SECOND;
      add(12);
      await query.poll();
      exactly(42);
      clock -= 7200n * SECOND;
      for (let round = 1; round <= 30; round++) {
        clock += 10n * SECOND;
        add(11);
        await query.poll();
        exactly(42 + 11 * round);
      }
      clock = START + 3700n * SECOND;
      add(11);
      await query.poll();
      add(11);
      await query.poll();
      exactly(42 + 11 * 32);
    });

    it('remembers a bounded number of entries', async () => {
      log = new FakeQueryLog(1000);
      const query = reader({ pageSize: 500, pagesAPoll: 100 });
      await query.poll();
      for (let round = 0; round < 3; round++) {
        add(20_000, 1000n);
        await query.poll();
      }
      exactly(60_000);
      expect(query.state?.seen.length).to.equal(2000);
    }).timeout(20_000);

    it('counts what is no entry, once, and never throws', async () => {
      let items: unknown[] = [];
      const query = reader({ fetch: async () => ({ items, serverTime: undefined }) });
      await query.poll();
      items = [null, 7, 'x', {}, { time: 'yesterday', question: {} }, { time: goTime(START), question: { name: 5 } }];
      await query.poll();
      await query.poll();
      expect(query.counts.malformed).to.equal(5);
      expect(query.counts.read).to.equal(1);
      await fc.assert(
        fc.asyncProperty(fc.array(fc.jsonValue()), async (values) => {
          items = values;
          await query.poll();
        }),
      );
    });
  });

  it('reads everything that is counted of an entry', () => {
    const entry = parseLogItem({
      reason: 'FilteredBlockedService',
      elapsedMs: '0.837429',
      time: goTime(START),
      client: '192.168.1.23',
      cached: true,
      upstream: 'tls://1.1.1.1',
      question: { type: 'AAAA', class: 'IN', name: 'an.yandex.ru' },
      rules: [{ filter_list_id: -2, text: '||yandex.ru^' }],
      service_name: 'yandex',
      status: 'NXDOMAIN',
      answer: [
        { type: 'CNAME', value: 'a.b', ttl: 1 },
        { type: 'AAAA', value: '::1', ttl: 60 },
        { type: 'A', value: '1.2.3.4', ttl: 10 },
      ],
    });
    const event = { ...entry?.event };
    // Saved states have it.
    expect(entry?.id).to.equal(hash(`${goTime(START)}|192.168.1.23|AAAA|an.yandex.ru|0.837429|`));
    expect(entry?.event.answer()).to.deep.equal({ addresses: ['::1', '1.2.3.4'], ttl: 10 });
    expect(entry?.event.answersPrivately()).to.equal(true);
    expect(entry?.event.at()).to.be.closeTo(Number(entry?.time) / 1e6, 0.001);
    expect(event).to.deep.equal({
      client: '192.168.1.23',
      name: 'an.yandex.ru',
      nameAt: 0,
      type: 'AAAA',
      reason: 8,
      list: -2,
      service: 'yandex',
      upstream: 'tls://1.1.1.1',
      seconds: 0.000837429,
      cached: true,
      code: 'NXDOMAIN',
    });
    expect(parseLogItem({ time: goTime(START), question: {}, rules: [{ text: 'x' }] })?.event.list).to.equal(0);
  });
});
