/**
 * `npm run bench`: measures the operator on a real engine against floors of the same engine in the same run, prints
 * tables of ratios and keeps them in bench/RESULTS.md (a whole run only).
 *
 * `--only a,b,c,d,e,f,g,h,i,j,k` measures some parts, `--sizes 10,100` leaves out the larger sets, `--quick` takes fewer rounds.
 * Part i drops this machine's page cache.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { ensureEngine } from '../scripts/engine.ts';
import { getJson } from '../scripts/support/engine-http.ts';
import { mustRun } from '../scripts/support/run-command.ts';
import { ensureImages } from '../test/images/ensure-images.ts';
import { benchCertificates } from './certificates.ts';
import { benchCold } from './cold.ts';
import type { benchExporter } from './exporter.ts';
import { benchDashboards } from './dashboards.ts';
import { benchExporterContainer } from './exporter-container.ts';
import { benchHeal } from './heal.ts';
import { benchIssue } from './issue.ts';
import { benchReload } from './reload.ts';
import { benchScale, SIZES } from './scale.ts';
import { importAsBuilt } from './support/as-built.ts';
import { Cleanup } from './support/cleanup.ts';
import { renderTable, renderVerdicts, type Part } from './support/report.ts';
import { installRivals } from './support/rivals.ts';
import { World } from './support/world.ts';

const PARTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];
const log = (line: string): void => console.error(`bench: ${line}`);
const cleanup = new Cleanup();
let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Listened to until the end: whoever asks twice gets the same cleaning up.
  process.on(signal, () => {
    if (interrupted) return;
    interrupted = true;
    log(`${signal}: removing what was made`);
    void cleanup.run().then(() => process.exit(130));
  });
}

const { values: flags } = parseArgs({
  options: { only: { type: 'string' }, sizes: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const wanted = new Set((flags.only ?? PARTS.join(',')).split(','));
const sizes =
  flags.sizes === undefined ? SIZES : SIZES.filter((size) => flags.sizes?.split(',').includes(String(size)));
const unknown = [...wanted].filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  log(`there is no part ${unknown.join(', ')}; parts are ${PARTS.join(', ')}`);
  process.exitCode = 64;
} else {
  try {
    await bench();
  } catch (error) {
    // What fails because its containers are being removed is no news.
    if (!interrupted) console.error(error);
    process.exitCode = 1;
  } finally {
    await cleanup.run();
  }
}

async function bench(): Promise<void> {
  const engine = await ensureEngine('test', log);
  cleanup.add(() => engine.stop());
  if (wanted.has('c') || wanted.has('d')) await installRivals(log);
  const { busybox } = await ensureImages(engine.host, ['busybox'], log);
  if (!busybox.available) throw new Error(`no busybox image: ${busybox.reason ?? ''}`);

  const world = (name: string): World => {
    const made = new World(name, engine.host, busybox.reference);
    cleanup.add(() => made.close());
    return made;
  };
  const started = new Date().toISOString();
  const loadBefore = loadavg()[0] ?? 0;
  const parts: Part[] = [...(await benchScale(world('scale'), { wanted, quick: flags.quick, sizes, log }))];
  if (wanted.has('b')) {
    log('(b) healing');
    parts.push(await benchHeal(world('heal'), flags.quick ? 4 : 15));
  }
  if (wanted.has('c')) {
    log('(c) cold convergence');
    parts.push(await benchCold(world('cold'), flags.quick ? 2 : 6));
  }
  if (wanted.has('g')) {
    log('(g) issuing');
    parts.push(await benchIssue(flags.quick ? 6 : 40));
  }
  if (wanted.has('f')) {
    log('(f) no-op passes over certificates');
    parts.push(await benchCertificates(world('certificates'), flags.quick ? 10 : 60));
  }
  if (wanted.has('h')) {
    log('(h) what the exporter reads');
    const built = (await importAsBuilt('bench/exporter.ts')) as { benchExporter: typeof benchExporter };
    parts.push(await built.benchExporter(flags.quick ? 5 : 30));
  }
  if (wanted.has('i')) {
    const { 'adguard-exporter': exporter } = await ensureImages(engine.host, ['adguard-exporter'], log);
    if (!exporter.available) throw new Error(`no image of the exporter: ${exporter.reason ?? ''}`);
    const { docker } = world('exporter');
    parts.push(
      await benchExporterContainer(docker, exporter.reference, { lines: flags.quick ? 60_000 : 1_000_000, log }),
    );
  }
  if (wanted.has('j')) {
    log('(j) from git to the loaded configuration');
    const { prometheus } = await ensureImages(engine.host, ['prometheus'], log);
    if (!prometheus.available) throw new Error(`no image of Prometheus: ${prometheus.reason ?? ''}`);
    parts.push(await benchReload(world('reload'), prometheus, flags.quick ? 4 : 20));
  }
  if (wanted.has('k')) {
    log('(k) dashboards');
    const { prometheus } = await ensureImages(engine.host, ['prometheus'], log);
    if (!prometheus.available) throw new Error(`no image of Prometheus: ${prometheus.reason ?? ''}`);
    parts.push(await benchDashboards(world('dashboards'), prometheus.reference, flags.quick ? 3 : 10, log));
  }
  const tables = parts.flatMap((part) => part.tables).sort((a, b) => (a.title < b.title ? -1 : 1));
  const verdicts = parts.flatMap((part) => part.verdicts).sort((a, b) => (a.goal < b.goal ? -1 : 1));
  const where = await whereabouts(engine.host, { started, loadBefore });
  const text = [...where, renderVerdicts(verdicts), ...tables.map(renderTable)].join('\n\n');
  console.log(text);
  if (flags.quick || flags.only !== undefined || flags.sizes !== undefined) return;
  writeFileSync('bench/RESULTS.md', `${text}\n`);
  log('written to bench/RESULTS.md');
}

/** What somebody needs to know to judge the numbers, and to repeat them. */
async function whereabouts(host: string, run: { started: string; loadBefore: number }): Promise<string[]> {
  const { Version } = await getJson<{ Version: string }>(host, '/version');
  const commit = (await mustRun(['git', 'rev-parse', '--short', 'HEAD'])).trim();
  const changed = (await mustRun(['git', 'status', '--porcelain', '--', 'src', 'bin'])).trim() !== '';
  const compose =
    wanted.has('c') || wanted.has('d') ? (await mustRun(['docker-compose', 'version', '--short'])).trim() : '';
  return [
    '# Benchmark results',
    [
      `- ${run.started}, commit ${commit}${changed ? ' with changes' : ''}`,
      `- ${availableParallelism()} x ${cpus()[0]?.model ?? 'unknown processor'}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, Linux, Node.js ${process.version}`,
      `- load when it began: ${run.loadBefore.toFixed(1)}, when it ended: ${(loadavg()[0] ?? 0).toFixed(1)}`,
      `- Docker Engine ${Version}${compose === '' ? '' : `, docker-compose ${compose}`}`,
      '- repeat: `npm run bench` (`-- --only a,b --quick` for some of it, which writes nothing here)',
    ].join('\n'),
    'Numbers are as measured in one run. All are beside a floor, or a rival, measured in the same run in turns; only ratios of one table are worth comparing.',
  ];
}
