/**
 * `npm test`: all set-up and all tests. The last line is `N passed, N failed, N skipped`; the exit code is 0 only when
 * nothing failed and something passed.
 *
 * `npm test -- --only checks,unit,contract,sim,e2e` runs some groups, `--grep TEXT` some tests. BASTION_TEST_SCALE
 * (default 1) scales the long suites and their deadlines.
 */
import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureImages } from '../test/images/ensure-images.ts';
import { IMAGE_NAMES } from '../test/images/recipes.ts';
import { TEST_ENGINE_VARIABLE, type TestEngine } from '../test/support/test-engine.ts';
import { ensureEngine, type ProvisionedEngine } from './engine.ts';
import { BUILD, CHECKS, runCheck, type Check } from './support/checks.ts';
import { installTools } from './support/install-tools.ts';
import { runMochaGroup } from './support/mocha-group.ts';
import { runCommand } from './support/run-command.ts';
import { TestTally } from './support/test-tally.ts';

const MINUTE = 60_000;
const COVERAGE = 'coverage/tmp';

/** Groups in the order in which they run; those with `engine` use the real one, those with `coverage` are measured. */
const GROUPS = [
  { name: 'unit', timeout: 10_000, deadline: 10 * MINUTE, engine: false, coverage: true },
  { name: 'contract', timeout: MINUTE, deadline: 15 * MINUTE, engine: true, coverage: false },
  { name: 'sim', timeout: 10 * MINUTE, deadline: 30 * MINUTE, engine: false, coverage: true },
  { name: 'e2e', timeout: 5 * MINUTE, deadline: 60 * MINUTE, engine: true, coverage: false },
] as const;

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, grep: { type: 'string', short: 'g' } } });
const wanted = (flags.only ?? ['checks', ...GROUPS.map(({ name }) => name)].join(',')).split(',');
const scale = Math.max(1, Number(process.env['BASTION_TEST_SCALE'] ?? 1) || 1);
const tally = new TestTally();
const stop = new AbortController();
let engine: ProvisionedEngine | undefined;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) console.error(`\n${signal}: stopping what was started`);
    stop.abort();
  });
}

try {
  await rm('coverage', { recursive: true, force: true });
  await check(BUILD);
  if (wanted.includes('checks')) await Promise.all(CHECKS.map(check));
  const told = GROUPS.some((group) => group.engine && wanted.includes(group.name)) ? await provide() : undefined;
  for (const group of GROUPS.filter(({ name }) => wanted.includes(name))) await runGroup(group, told);
  if (existsSync(COVERAGE) && !stop.signal.aborted) await printCoverage();
} catch (error) {
  tally.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await engine?.stop().catch((error: unknown) => tally.fail(`stopping the private engine: ${String(error)}`));
}
if (stop.signal.aborted) tally.fail('interrupted');
tally.print();
process.exitCode = tally.exitCode;

async function check(item: Check): Promise<void> {
  if (stop.signal.aborted) return;
  const started = Date.now();
  const result = await runCheck(item, stop.signal);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${result.code === 0 ? '✔' : '✘'} ${item.name} (${seconds} s)`);
  if (result.code === 0) return tally.pass();
  console.log(result.output.trimEnd());
  tally.fail(`${item.name} (${item.hint})`);
}

/** Engine and images for the tests; undefined when there is no engine, which counts as one failure. */
async function provide(): Promise<TestEngine | undefined> {
  if (stop.signal.aborted) return undefined;
  const log = (line: string): void => console.log(`  ${line}`);
  console.log('\nDocker Engine and images');
  try {
    engine = await ensureEngine('test', log);
    await installTools(log);
    log(
      `engine at ${engine.host}${engine.private ? ' (private, stopped at the end)' : ' (was running, is left running)'}`,
    );
    return { host: engine.host, images: await ensureImages(engine.host, IMAGE_NAMES, log) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(message);
    tally.fail(`Docker Engine: ${message.split('\n')[0]}`);
    return undefined;
  }
}

async function runGroup(group: (typeof GROUPS)[number], told: TestEngine | undefined): Promise<void> {
  if (stop.signal.aborted) return;
  console.log(`\n== ${group.name} ==`);
  const files = specFiles(join('test', group.name));
  if (files.length === 0) return tally.fail(`${group.name}: there are no spec files`);
  const outcome = await runMochaGroup(
    {
      name: group.name,
      files,
      timeoutMilliseconds: group.timeout * scale,
      deadlineMilliseconds: group.deadline * scale,
      arguments: flags.grep === undefined ? [] : ['--grep', flags.grep],
      env: {
        // Unit tests and simulations must not find an engine by accident.
        DOCKER_HOST: group.engine && told !== undefined ? told.host : 'unix:///nonexistent/docker.sock',
        [TEST_ENGINE_VARIABLE]: group.engine && told !== undefined ? JSON.stringify(told) : '',
        ...(group.coverage && flags.grep === undefined ? { NODE_V8_COVERAGE: COVERAGE } : {}),
      },
    },
    stop.signal,
  );
  tally.add(group.name, outcome);
}

function specFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => join(directory, path))
    .sort();
}

async function printCoverage(): Promise<void> {
  const report = [process.execPath, 'node_modules/c8/bin/c8.js', 'report', '--temp-directory', COVERAGE];
  const options = ['--src', 'src', '--include', 'src/**', '--reporter', 'text-summary', '--reporter', 'lcovonly'];
  const { output } = await runCommand([...report, ...options], { signal: stop.signal });
  console.log(output.trimEnd());
}
