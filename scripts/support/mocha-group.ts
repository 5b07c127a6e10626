import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopFile, type GroupResult } from './mocha-reporter.ts';
import { runCommand } from './run-command.ts';

/** How long a process may take to end after its last test: what holds it then is a leaked handle. */
const LEAK_MILLISECONDS = 30_000;

/** How long the hooks of interrupted tests may take to remove what was made on an engine. */
const GRACE_MILLISECONDS = 45_000;

/** One group of tests, run as a mocha process of its own. */
export interface MochaGroup {
  readonly name: string;
  readonly files: readonly string[];
  readonly timeoutMilliseconds: number;
  /** The whole group is ended and counts as failed after so long. */
  readonly deadlineMilliseconds: number;
  readonly env: NodeJS.ProcessEnv;
  readonly arguments: readonly string[];
  /** Whether its report goes to the terminal while it runs; else it is in the outcome. */
  readonly live: boolean;
}

/** What a group found, with the faults that mocha itself cannot count. */
export interface GroupOutcome extends GroupResult {
  /** Why the process as a whole failed; each counts as one failed test. */
  readonly faults: readonly string[];
  /** The report of a group that was not live. */
  readonly output: string;
}

/** Runs a group. Never rejects for failing tests. */
export async function runMochaGroup(group: MochaGroup, signal: AbortSignal): Promise<GroupOutcome> {
  const scratch = await mkdtemp(join(tmpdir(), 'bastion-results-'));
  const results = join(scratch, 'results.json');
  const leaked = new AbortController();
  // Looked for rather than told: the process that is watched may be stuck.
  const watch = setInterval(() => {
    if (!existsSync(results)) return;
    clearInterval(watch);
    leakTimer = setTimeout(() => leaked.abort(), LEAK_MILLISECONDS);
  }, 500);
  let leakTimer: NodeJS.Timeout | undefined;
  // Before the command's own listener, which sends the signal.
  const askToStop = (): void => writeFileSync(stopFile(results), '');
  signal.addEventListener('abort', askToStop, { once: true });
  try {
    const {
      code,
      signal: endedBy,
      output,
    } = await runCommand(
      [
        process.execPath,
        // Not bin/mocha.js, which starts a second process for the flag and kills it before its hooks have cleaned up.
        // By its real path, where node_modules is a symlink: otherwise it takes itself for imported and runs nothing.
        ...['--import', 'tsx', realpathSync('node_modules/mocha/lib/cli/cli.js')],
        ...['--reporter', './scripts/support/mocha-reporter.ts', '--reporter-option', `results=${results}`],
        ...['--timeout', String(group.timeoutMilliseconds)],
        ...group.arguments,
        ...group.files,
      ],
      {
        env: group.env,
        inherit: group.live,
        deadlineMilliseconds: group.deadlineMilliseconds,
        signal: AbortSignal.any([signal, leaked.signal]),
        graceMilliseconds: GRACE_MILLISECONDS,
      },
    );
    if (!existsSync(results)) {
      const how = endedBy === null ? `exit code ${code}` : `signal ${endedBy}`;
      return {
        planned: 0,
        passed: 0,
        failed: 0,
        failures: [],
        skipped: [],
        files: [],
        output,
        faults: [`${group.name}: mocha ended before its tests did (${how})`],
      };
    }
    const result = JSON.parse(readFileSync(results, 'utf8')) as GroupResult;
    const faults: string[] = [];
    if (leaked.signal.aborted) {
      faults.push(`${group.name}: the process was held open after its last test; something was not closed`);
    } else if (code !== 0 && result.failed === 0) {
      faults.push(`${group.name}: mocha ended with ${endedBy ?? `exit code ${code}`} though no test failed`);
    }
    const seen = result.passed + result.failed + result.skipped.length;
    if (result.failed === 0 && seen < result.planned) {
      faults.push(`${group.name}: only ${seen} of ${result.planned} tests ran`);
    }
    return { ...result, faults, output };
  } finally {
    signal.removeEventListener('abort', askToStop);
    clearInterval(watch);
    clearTimeout(leakTimer);
    await rm(scratch, { recursive: true, force: true });
  }
}
