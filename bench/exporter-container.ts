import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { ExporterContainer } from '../test/support/exporter/exporter-container.ts';
import { runLoad, type LoadResult } from '../test/support/exporter/exporter-load.ts';
import { dnsTraffic, httpTraffic, type Traffic } from '../test/support/exporter/traffic.ts';
import { dropPageCache } from './support/drop-page-cache.ts';
import type { Part } from './support/report.ts';
import { median, percentile, shown } from './support/statistics.ts';
import { fullTraffic, FULL_ZONES } from './support/full-traffic.ts';

const LIMIT = 40;
const GOAL = 50;
const DIFFERENT = 60_000;
const EVERY = 250;
const WITHIN = 240_000;
/** Where nothing moves, for hours if need be. */
const WITHIN_COLD = 90_000;
const NODE = '/usr/local/bin/node';
const FLAGS = ['--max-old-space-size=24', '--max-semi-space-size=1', '--v8-pool-size=0'];
const READ_ALL = `const fs = require('node:fs');
for (const file of [process.execPath, ...process.report.getReport().sharedObjects]) try { fs.readFileSync(file); } catch {}`;

interface Run {
  readonly name: string;
  readonly entrypoint?: readonly string[];
  readonly full?: boolean;
  /** Milliseconds that it may take. */
  readonly within?: number;
  /** Before the container starts. */
  readonly prepare?: () => Promise<string | undefined>;
}

/** (i) The exporter's image under 40 MB, fed from files and scraped over mTLS on connections of their own. */
export async function benchExporterContainer(
  docker: Docker,
  image: string,
  { lines, only, log }: { lines: number; only?: readonly string[]; log: (line: string) => void },
): Promise<Part> {
  const withFlags = (...more: string[]): readonly string[] => [NODE, ...more, ...FLAGS, '/opt/adguard-exporter.js'];
  // Whether Node's pages are in the page cache is never left to what this machine did before.
  const warm = (): Promise<undefined> => readBeforehand(docker, image);
  const runs: Run[] = [
    { name: 'warm', prepare: warm },
    { name: 'warm, --no-opt', entrypoint: withFlags('--no-opt'), prepare: warm },
    { name: '4000 series', full: true, prepare: warm },
    { name: 'cold, read beforehand', prepare: async () => dropPageCache() ?? (await warm()) },
    { name: 'cold', prepare: async () => dropPageCache(), within: WITHIN_COLD },
  ];
  const rows: string[][] = [];
  const notes: string[] = [];
  const slowest: [string, LoadResult][] = [];
  const dns = dnsTraffic(DIFFERENT);
  const http = httpTraffic(DIFFERENT);
  for (const run of runs.filter(({ name }) => only === undefined || only.includes(name))) {
    log(`(i) ${run.name}`);
    const refused = await run.prepare?.();
    if (refused !== undefined) {
      notes.push(`${run.name}: ${refused}`);
      continue;
    }
    try {
      const traffic = run.full === true ? fullTraffic(DIFFERENT) : { dns, http };
      const result = await once(docker, image, run, { ...traffic, lines });
      rows.push(rowOf(run.name, result, lines));
      slowest.push([run.name, result]);
    } catch (error) {
      notes.push(`${run.name}: ${(error instanceof Error ? error.message : String(error)).slice(0, 300)}`);
    }
  }
  return {
    tables: [
      {
        title: `(i) The exporter in a container of ${LIMIT} MB, ${lines} lines of each log`,
        columns: [
          'run',
          ...['seconds', 'lines/s', 'CPU s', 'lines/s a core', 'scrapes', 'missed', 'p50 ms', 'p95 ms', 'p99 ms'],
          ...['series', 'most MB', 'anon MB', 'major faults', 'OOM, restarts', 'wrong totals'],
        ],
        rows,
        notes: [
          'Both logs are written as fast as can be (the exporter takes 16 MB of each in a poll, and polls every 1 and 0.5 s); a scrape 250 ms after the one before, each with a TLS handshake with client certificate, timed by the client.',
          'Most: highest use of the cgroup, with page cache that was first touched by it. Major faults from ready to the end, with those of starting in brackets.',
          ...notes,
        ],
      },
    ],
    verdicts: slowest.map(([name, { scrapes, missed, after }]) => ({
      goal: `(i) ${name}: p99 of scrapes < ${GOAL} ms, none missed, no OOM kill, no restart`,
      measured: `${shown(percentile(scrapes, 0.99))} ms, ${missed.length}, ${after.oomKilled ? 'killed' : 'none'}, ${after.restarts}`,
      reached: percentile(scrapes, 0.99) < GOAL && missed.length === 0 && !after.oomKilled && after.restarts === 0,
    })),
  };
}

async function once(
  docker: Docker,
  image: string,
  run: Run,
  load: { dns: Traffic; http: Traffic; lines: number },
): Promise<LoadResult> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'bastion-bench-container-')));
  const { entrypoint, full, within = WITHIN } = run;
  try {
    const container = await ExporterContainer.start({
      docker,
      image,
      directory,
      limitMegabytes: LIMIT,
      ...(entrypoint === undefined ? {} : { entrypoint }),
      ...(full === true ? { config: { zones: FULL_ZONES, clientDomains: true } } : {}),
    });
    try {
      return await runLoad(container, { ...load, scrapeEvery: EVERY, within });
    } finally {
      await container.close();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Reads Node and its libraries in a container of the image that has no limit: the pages are then not ours. */
async function readBeforehand(docker: Docker, image: string): Promise<undefined> {
  const container = await docker.createContainer({ Image: image, Entrypoint: [NODE, '-e', READ_ALL] });
  try {
    await container.start();
    await container.wait();
  } finally {
    await container.remove({ force: true });
  }
}

function rowOf(name: string, result: LoadResult, lines: number): string[] {
  const { seconds, scrapes, missed, page, before, after, expected } = result;
  const cpu = after.cpuSeconds - before.cpuSeconds;
  const wrong = [...expected].filter(([series, value]) => page.samples.get(series) !== value).length;
  return [
    name,
    shown(seconds),
    ((2 * lines) / seconds).toFixed(0),
    shown(cpu),
    ((2 * lines) / cpu).toFixed(0),
    String(scrapes.length),
    String(missed.length),
    ...[median(scrapes), percentile(scrapes, 0.95), percentile(scrapes, 0.99)].map(shown),
    String(page.samples.size),
    after.mostMegabytes === undefined ? '-' : shown(after.mostMegabytes),
    shown(after.anonymousMegabytes),
    `${after.majorFaults - before.majorFaults} (${before.majorFaults})`,
    `${after.oomKilled ? 'yes' : 'no'}, ${after.restarts}`,
    expected.size === 0 ? '-' : `${wrong} of ${expected.size}`,
  ];
}
