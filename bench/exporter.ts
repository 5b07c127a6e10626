import { appendFileSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessLog } from '../src/exporter/access-log/access-log.ts';
import { createAccounts, type Accounts } from '../src/exporter/accounts/accounts.ts';
import { QueryLogFile } from '../src/exporter/adguard/query-log-file.ts';
import { QueryLog } from '../src/exporter/adguard/query-log.ts';
import type { Clock } from '../src/exporter/clock.ts';
import { exporterConfig } from '../test/support/exporter/exporter-config.ts';
import { FakeQueryLog } from '../test/support/exporter/fake-query-log.ts';
import { dnsTraffic, httpTraffic, TRAFFIC_ZONES } from '../test/support/exporter/traffic.ts';
import type { Part } from './support/report.ts';
import { percentile, ratio, shown } from './support/statistics.ts';
import { Timings } from './support/timings.ts';

const LINES = 60_000;
/** Of a file that is read at once; a poll takes 16 MiB at most. */
const SLICE_BYTES = 9 << 20;
const PAGE = 1000;
const WARM_UP = 3;
const GOAL = 1 / 3;
const KINDS = ['access log', 'query log file', 'query log API'] as const;
/** Between two lines, in milliseconds. */
const EVERY = 20;

/** Time as the traffic has it: a quarter of an hour, after which scores are told, is 45,000 lines. */
class TrafficClock implements Clock {
  readonly random = (): number => 0.5;
  #now = Date.UTC(2026, 7, 18, 8);

  now(): number {
    return this.#now;
  }

  after(): () => void {
    return () => undefined;
  }

  pass(lines: number): void {
    this.#now += lines * EVERY;
  }
}

/** What is counted of one kind of log, from the first round to the last, as an exporter does that runs. */
interface Counted {
  readonly clock: TrafficClock;
  readonly accounts: Accounts;
}

/** Lines that are read at once: as texts, and as the bytes of a file. */
interface Slice {
  readonly lines: readonly string[];
  readonly bytes: Buffer;
}

/**
 * (h) Lines a second a core of what the exporter reads, beside JSON.parse of the same lines: a slice is read, then parsed,
 * then the next one, since a machine that is not ours alone may be half as fast a second later.
 */
export async function benchExporter(rounds: number): Promise<Part> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bastion-bench-exporter-')));
  try {
    const timings = new Timings();
    // One kind after the other: the lines of all, of which no exporter has so many, would be the garbage collector's work.
    for (const begin of [accessLogRounds, queryLogRounds, apiRounds]) {
      const read = begin(join(directory, 'log'));
      for (let round = -WARM_UP; round < rounds; round++) await read(round < 0 ? new Timings() : timings);
    }
    return report(timings, rounds);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function counted(): Counted {
  const clock = new TrafficClock();
  const config = exporterConfig({ zones: TRAFFIC_ZONES, adguard: { url: 'http://127.0.0.1:1' } });
  return { clock, accounts: createAccounts(config, () => clock.now()) };
}

/** Made beforehand: what is thrown away to make them is not the exporter's. */
function slicesOf(lines: readonly string[]): Slice[] {
  const slices: Slice[] = [];
  const each = Math.ceil(lines.length / Math.ceil(lines.join('\n').length / SLICE_BYTES));
  for (let from = 0; from < lines.length; from += each) {
    const slice = lines.slice(from, from + each);
    slices.push({ lines: slice, bytes: Buffer.from(`${slice.join('\n')}\n`) });
  }
  return slices;
}

/** Reads all lines once. */
type ReadRound = (timings: Timings) => Promise<void>;

function accessLogRounds(path: string): ReadRound {
  const slices = slicesOf(httpTraffic(LINES).lines);
  const { clock, accounts } = counted();
  const options = { path, pollMilliseconds: 1000, trustedProxies: [] };
  return async (timings) => {
    const log = new AccessLog(options, { account: accounts.http, store: accounts.store, clock });
    await readFile('access log', { path, slices, timings, clock, poll: () => log.poll() });
    await log.close();
  };
}

function queryLogRounds(path: string): ReadRound {
  const slices = slicesOf(dnsTraffic(LINES).lines);
  const { clock, accounts } = counted();
  return async (timings) => {
    const log = new QueryLogFile(path);
    const poll = (): Promise<unknown> => {
      const now = clock.now();
      return log.poll((event) => accounts.dns.record(event, now));
    };
    await readFile('query log file', { path, slices, timings, clock, poll });
    if (log.counts.read !== LINES) throw new Error(`${log.counts.read} of ${LINES} lines were read`);
    await log.close();
  };
}

async function readFile(
  kind: (typeof KINDS)[number],
  of: {
    path: string;
    slices: readonly Slice[];
    timings: Timings;
    clock: TrafficClock;
    poll: () => Promise<unknown>;
  },
): Promise<void> {
  const { path, slices, timings, clock, poll } = of;
  // What is there at first belongs to the time before.
  writeFileSync(path, '');
  await poll();
  for (const { lines, bytes } of slices) {
    appendFileSync(path, bytes);
    clock.pass(lines.length);
    await timings.take(`${kind}, read and counted`, poll);
    await floor(kind, lines, timings);
  }
  rmSync(path);
}

function floor(kind: (typeof KINDS)[number], texts: readonly string[], timings: Timings): Promise<void> {
  return timings.take(`${kind}, JSON.parse (floor)`, () => texts.forEach((text) => void JSON.parse(text)));
}

/** Answers of the API as texts, oldest first, of one page each. */
function apiPages(count: number): string[] {
  const pages: string[] = [];
  const queries = dnsTraffic(count).lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  for (let from = 0; from < count; from += PAGE) {
    const log = new FakeQueryLog(PAGE);
    queries.slice(from, from + PAGE).forEach(({ QH, QT, IP, Upstream, Cached }, index) =>
      log.add(1_787_000_000_000_000_000n + BigInt(from + index) * 20_000_000n, {
        client: IP,
        question: { type: QT, class: 'IN', name: QH },
        upstream: Upstream ?? '',
        cached: Cached === true,
      }),
    );
    pages.push(JSON.stringify(log.search(new URLSearchParams({ limit: String(PAGE) }))));
  }
  return pages;
}

function apiRounds(): ReadRound {
  const pages = apiPages(LINES);
  const { clock, accounts } = counted();
  return async (timings) => {
    let text = '{"data":[]}';
    const log = new QueryLog({
      pageSize: PAGE,
      // Each poll finds one page of new entries, as a busy AdGuard has them.
      pagesAPoll: 1,
      pollSeconds: 1,
      fetch: async () => ({ items: (JSON.parse(text) as { data: unknown[] }).data, serverTime: undefined }),
      onEvent: (event) => accounts.dns.record(event, clock.now()),
    });
    await log.poll();
    for (text of pages) {
      clock.pass(PAGE);
      await timings.take('query log API, read and counted', () => log.poll());
      await floor('query log API', [text], timings);
    }
    if (log.counts.read !== LINES) throw new Error(`${log.counts.read} of ${LINES} entries were read`);
  };
}

function report(timings: Timings, rounds: number): Part {
  const lines = LINES * rounds;
  const cpu = (name: string): number => timings.of(name).cpu.reduce((sum, each) => sum + each, 0);
  const rate = (name: string): number => (lines / cpu(name)) * 1000;
  const slowest = (name: string): number => {
    const { cpu: each } = timings.of(name);
    return (lines / each.length / percentile(each, 0.95)) * 1000;
  };
  const names = (kind: string): [string, string] => [`${kind}, JSON.parse (floor)`, `${kind}, read and counted`];
  return {
    tables: [
      {
        title: '(h) What the exporter reads',
        columns: ['what', 'lines a second a core', 'in the slowest slices (p95)', 'of floor', 'microseconds a line'],
        rows: KINDS.flatMap((kind) =>
          names(kind).map((name) => [
            name,
            rate(name).toFixed(0),
            slowest(name).toFixed(0),
            ratio(rate(name), rate(names(kind)[0])),
            shown((cpu(name) * 1000) / lines),
          ]),
        ),
        notes: [
          `${rounds} rounds of ${LINES} lines, after ${WARM_UP} that do not count, in one process, with all of V8's compilers; CPU of all its threads. Each slice of up to ${SLICE_BYTES >> 20} MiB (API: a page of ${PAGE} entries) is read and then parsed. 60 clients, 30,000 domains; a line each ${EVERY} ms, by which scores are told; the accounts are the same from the first round on.`,
          'Files are read from the page cache and every line is counted in all families, scores and the graph; the floor parses the same lines, which are strings already. API: without the network.',
        ],
      },
    ],
    verdicts: KINDS.map((kind) => {
      const [floor, whole] = names(kind);
      const share = cpu(floor) / cpu(whole);
      return {
        goal: `(h) ${kind}: at least a third of JSON.parse alone`,
        measured: `${share.toFixed(2)}x`,
        reached: share >= GOAL,
      };
    }),
  };
}
