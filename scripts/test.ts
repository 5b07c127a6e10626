/**
 * `npm test`: all set-up and all tests. The last line is `N passed, N failed, N skipped`; the exit code is 0 only when
 * nothing failed and something passed.
 *
 * `npm test -- --only checks,unit,contract,sim,e2e,stack` runs some groups, `--grep TEXT` some tests. BASTION_TEST_SCALE
 * (default 1) scales the long suites and their deadlines.
 *
 * Most of what the engine's tests do is to wait, so three lanes run side by side: these, those that need only the
 * processor, and the stack's on an engine of their own.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ensureImages } from '../test/images/ensure-images.ts';
import { IMAGE_NAMES } from '../test/images/recipes.ts';
import { ensureSystemdImage } from '../test/images/systemd-image.ts';
import type { TestEngine } from '../test/support/test-engine.ts';
import { ensureEngine, type ProvisionedEngine } from './engine.ts';
import { BUILD, CHECKS, runCheck, type Check } from './support/checks.ts';
import { installTools } from './support/install-tools.ts';
import type { GroupOutcome } from './support/mocha-group.ts';
import { runApart } from './support/run-apart.ts';
import { hasProgram, runCommand } from './support/run-command.ts';
import { COVERAGE, runGroup } from './support/run-group.ts';
import { ALL_GROUPS, ENGINE_GROUPS, PURE_GROUPS, STACK_GROUP, type TestGroup } from './support/test-groups.ts';
import { TestTally } from './support/test-tally.ts';

const { values: flags } = parseArgs({ options: { only: { type: 'string' }, grep: { type: 'string', short: 'g' } } });
const wanted = (flags.only ?? ['checks', ...ALL_GROUPS.map(({ name }) => name)].join(',')).split(',');
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
  const pure = PURE_GROUPS.filter(isWanted);
  const real = ENGINE_GROUPS.filter(isWanted);
  const stack = isWanted(STACK_GROUP);
  const told = real.length > 0 || stack ? await provide() : undefined;
  const apart = stack && told !== undefined && (await canRunApart());
  const systemd = told === undefined ? undefined : bootstrapAhead(told);
  const first = [...real, ...(stack && !apart ? [STACK_GROUP] : [])];
  await Promise.all([
    runLane(first, told, true),
    runLane(pure, undefined, first.length === 0),
    apart && told !== undefined ? runStackApart(told) : undefined,
    systemd,
  ]);
  if (existsSync(COVERAGE) && !stop.signal.aborted) await printCoverage();
} catch (error) {
  tally.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
} finally {
  await engine?.stop().catch((error: unknown) => tally.fail(`stopping the private engine: ${String(error)}`));
}
if (stop.signal.aborted) tally.fail('interrupted');
tally.print();
process.exitCode = tally.exitCode;

function isWanted({ name }: TestGroup): boolean {
  return wanted.includes(name);
}

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

/** A minute or more of the spec of systemd is Debian's bootstrap: it begins while others run. The spec tells what goes wrong. */
async function bootstrapAhead({ host }: TestEngine): Promise<void> {
  if (flags.grep !== undefined || !wanted.includes('contract') || !wanted.includes('e2e')) return;
  if (host.startsWith('unix://')) await ensureSystemdImage(host, () => undefined, stop.signal).catch(() => undefined);
}

/** Whoever lent us an engine may not be ready for a second one, and a network namespace needs root. */
async function canRunApart(): Promise<boolean> {
  if (engine?.private !== true || process.getuid?.() !== 0 || !(await hasProgram('unshare'))) return false;
  return (await runCommand(['unshare', '--net', '--', 'true'])).code === 0;
}

/** Runs groups one after the other. Only one lane at a time may be live. */
async function runLane(groups: readonly TestGroup[], told: TestEngine | undefined, live: boolean): Promise<void> {
  for (const group of groups) {
    if (stop.signal.aborted) return;
    if (live) console.log(`\n== ${group.name} ==`);
    tell(group, await runGroup(group, { engine: told, scale, grep: flags.grep, live }, stop.signal), live);
  }
}

async function runStackApart(from: TestEngine): Promise<void> {
  const run = { from, scale, ...(flags.grep === undefined ? {} : { grep: flags.grep }) };
  tell(STACK_GROUP, await runApart(run, stop.signal), false);
}

function tell(group: TestGroup, outcome: GroupOutcome, live: boolean): void {
  if (!live) console.log(`\n== ${group.name} (ran beside) ==\n${outcome.output.trimEnd()}`);
  tally.add(group.name, outcome);
}

async function printCoverage(): Promise<void> {
  const report = [process.execPath, 'node_modules/c8/bin/c8.js', 'report', '--temp-directory', COVERAGE];
  const options = ['--src', 'src', '--include', 'src/**', '--reporter', 'text-summary', '--reporter', 'lcovonly'];
  const { output } = await runCommand([...report, ...options], { signal: stop.signal });
  console.log(output.trimEnd());
}
