import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { shippedDashboards, type DashboardJson, type TargetJson } from '../test/support/dashboards/dashboard-json.ts';
import { interpolate } from '../test/support/dashboards/interpolate.ts';
import { metricCatalogue } from '../test/support/dashboards/metric-catalogue.ts';
import { readExpression } from '../test/support/dashboards/promql.ts';
import { sumOf, touchedSeries } from '../test/support/dashboards/touched-series.ts';
import { eventually } from '../test/support/eventually.ts';
import { cappedSeries, type CappedSeries } from './support/capped-series.ts';
import type { Part } from './support/report.ts';
import { median } from './support/statistics.ts';
import type { World } from './support/world.ts';

const HOUR = 3600;
const DAYS = 30;
/** As it is scraped, over what any query reads of a metric and a little more. */
const STEP = 30;
const MARGIN = HOUR / 2;
/** Before that: samples at this distance, so that the data can be made at all. */
const COARSE = HOUR;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: HOUR, d: 24 * HOUR };
const RATE_INTERVAL = '2m';

interface Cost {
  readonly milliseconds: number;
  readonly samples: number;
}

/**
 * (k) What a look at each dashboard costs Prometheus: all its queries once, with every family at its cap. The data is of 30
 * days, but as dense as it is scraped only where the dashboards look by themselves.
 */
export async function benchDashboards(
  world: World,
  image: string,
  rounds: number,
  log: (line: string) => void,
): Promise<Part> {
  const dashboards = shippedDashboards();
  const catalogue = await metricCatalogue();
  const lookBacks = lookBacksOf(dashboards.values());
  const series = cappedSeries([...lookBacks.keys()], catalogue);
  const directory = mkdtempSync(join(world.directory, 'dashboards-'));
  const end = Math.floor(Date.now() / 1000 / STEP) * STEP;
  let container: Docker.Container | undefined;
  try {
    log(`writing ${series.length} series`);
    const samples = await write(join(directory, 'samples.txt'), series, lookBacks, end);
    log(`making blocks of ${samples} samples`);
    await run(world, image, directory, [
      'promtool',
      'tsdb',
      'create-blocks-from',
      '--max-block-duration=720h',
      'openmetrics',
      '/bench/samples.txt',
      '/bench/data',
    ]);
    writeFileSync(join(directory, 'prometheus.yml'), '{}\n');
    const port = await freePort();
    container = await create(world, image, directory, [
      'prometheus',
      '--config.file=/bench/prometheus.yml',
      '--storage.tsdb.path=/bench/data',
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await container.start();
    const address = `http://127.0.0.1:${port}`;
    await eventually(async () => expectReady(address), { within: 60_000, every: 200 });
    const rows: string[][] = [];
    for (const [name, { title, panels, templating, time }] of dashboards) {
      const own = panels.flatMap(({ targets: asked = [] }) => asked);
      if (own.length === 0) continue;
      const seconds = secondsOf(time.from);
      const costs: Cost[][] = [];
      for (let round = 0; round < rounds; round++) {
        const found: Cost[] = [];
        for (const target of own)
          found.push(
            await cost(address, target, interpolate(target.expr, templating.list, {}, RATE_INTERVAL), end, seconds),
          );
        costs.push(found);
      }
      const sums = costs.map((found) => found.reduce((sum, each) => sum + each.milliseconds, 0));
      const heaviest = Math.max(...(costs[0] ?? []).map(({ samples: each }) => each));
      const touched = (costs[0] ?? []).reduce((sum, each) => sum + each.samples, 0);
      const series = panels.map(({ targets: asked = [] }) =>
        sumOf(
          touchedSeries(
            asked.map(({ expr }) => interpolate(expr, templating.list, {}, RATE_INTERVAL)),
            catalogue,
          ),
        ),
      );
      rows.push([
        `${title}${name.endsWith('.lite') ? ' (lite)' : ''}`,
        String(own.length),
        String(Math.max(...series)),
        median(sums).toFixed(0),
        Math.max(...sums).toFixed(0),
        String(touched),
        String(heaviest),
      ]);
    }
    return {
      verdicts: [],
      tables: [
        {
          title: `(k) A look at each dashboard: ${series.length} series at their caps, ${samples} samples of ${DAYS} days`,
          columns: [
            'dashboard',
            'queries',
            'series of the heaviest panel',
            'evaluation ms (median)',
            'most',
            'samples touched',
            'of the heaviest query',
          ],
          rows,
          notes: [
            `All queries of a dashboard one after the other, all zones, clients and services, over its own time at 30 s a point; ${rounds} rounds in the same Prometheus. Times and samples are Prometheus' own (stats=all).`,
            `Samples every ${STEP} s as far back as any query reads of a metric (hours; for those of which the increase within a day is asked, a day), every ${COARSE / HOUR} h for the ${DAYS} days before, which no query reads: ${DAYS} days of every ${STEP} s, ${Math.round((series.length * DAYS * 24 * HOUR) / STEP / 1e6)} million samples, were not made. Only what dashboards read is there; recorded series as samples, rules are not evaluated.`,
            `Series of a panel: as bounded by the caps, each counted once (test/unit/dashboards/touched-series.spec.ts holds them at 1000).`,
          ],
        },
      ],
    };
  } finally {
    await container?.remove({ force: true, v: true });
    rmSync(directory, { recursive: true, force: true });
  }
}

/** By metric: how far back any query reads, in seconds. */
function lookBacksOf(dashboards: Iterable<DashboardJson>): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { panels, time, templating } of dashboards)
    for (const { expr, instant } of panels.flatMap(({ targets = [] }) => targets))
      for (const { name, range } of readExpression(interpolate(expr, templating.list, {}, RATE_INTERVAL)).selectors) {
        const seconds = (instant === true ? 0 : secondsOf(time.from)) + (range === undefined ? 0 : secondsOf(range));
        found.set(name, Math.max(seconds, found.get(name) ?? 0));
      }
  return found;
}

/** Of `6h`, or `now-6h`. */
function secondsOf(duration: string): number {
  const [, count = '', unit = ''] = /(\d+)([smhd])$/.exec(duration) ?? [];
  return Number(count) * (SECONDS[unit] ?? NaN);
}

/** @returns the number of samples */
async function write(
  path: string,
  series: readonly CappedSeries[],
  lookBacks: ReadonlyMap<string, number>,
  end: number,
): Promise<number> {
  const out = createWriteStream(path);
  let last = '';
  let samples = 0;
  let times: readonly number[] = [];
  for (const [index, { text, isCounter, metric }] of series.entries()) {
    if (metric !== last) times = timesOf(end, (lookBacks.get(metric) ?? 0) + MARGIN);
    const head = metric === last ? '' : `# TYPE ${metric} unknown\n`;
    last = metric;
    const lines = times.map(
      (time, at) => `${text} ${isCounter ? at * (1 + (index % 7)) : 1 + ((at + index) % 5) / 10} ${time}\n`,
    );
    samples += times.length;
    if (!out.write(head + lines.join(''))) await once(out, 'drain');
  }
  out.end('# EOF\n');
  await once(out, 'finish');
  return samples;
}

/** When samples are: dense for these seconds before the end. */
function timesOf(end: number, dense: number): number[] {
  const times: number[] = [];
  for (let time = end - DAYS * 24 * HOUR; time < end - dense; time += COARSE) times.push(time);
  for (let time = end - Math.floor(dense / STEP) * STEP; time <= end; time += STEP) times.push(time);
  return times;
}

async function cost(address: string, target: TargetJson, expr: string, end: number, seconds: number): Promise<Cost> {
  const query = `query=${encodeURIComponent(expr)}&stats=all`;
  const path =
    target.instant === true
      ? `query?${query}&time=${end}`
      : `query_range?${query}&start=${end - seconds}&end=${end}&step=${STEP}`;
  const answer = await fetch(`${address}/api/v1/${path}`);
  const { data, error } = (await answer.json()) as {
    data?: { stats: { timings: { evalTotalTime: number }; samples: { totalQueryableSamples: number } } };
    error?: string;
  };
  if (data === undefined) throw new Error(`${expr}: ${error ?? answer.statusText}`);
  return { milliseconds: data.stats.timings.evalTotalTime * 1000, samples: data.stats.samples.totalQueryableSamples };
}

async function expectReady(address: string): Promise<void> {
  const { ok, status } = await fetch(`${address}/-/ready`);
  if (!ok) throw new Error(`Prometheus is not ready: ${status}`);
}

function create(
  { docker, labels }: World,
  image: string,
  directory: string,
  command: readonly string[],
): Promise<Docker.Container> {
  const [program = '', ...args] = command;
  return docker.createContainer({
    Image: image,
    Entrypoint: [program],
    Cmd: args,
    User: '0:0',
    Labels: labels,
    HostConfig: { NetworkMode: 'host', Binds: [`${directory}:/bench`] },
  });
}

async function run(world: World, image: string, directory: string, command: readonly string[]): Promise<void> {
  const container = await create(world, image, directory, command);
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    if (StatusCode !== 0)
      throw new Error(
        `${command.join(' ')}: ${(await container.logs({ stdout: true, stderr: true })).toString('utf8').slice(-1000)}`,
      );
  } finally {
    await container.remove({ force: true, v: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
