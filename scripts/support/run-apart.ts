import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ApartRun } from '../test-apart.ts';
import type { GroupOutcome } from './mocha-group.ts';
import { runCommand } from './run-command.ts';
import { STACK_GROUP } from './test-groups.ts';

/** Time for stopping an engine and removing what it holds. */
const GRACE_MILLISECONDS = 90_000;

/**
 * Runs the stack's specs in a network namespace of their own (scripts/test-apart.ts), beside the other tests. Never
 * rejects for failing tests; what kept them from running is a fault. Needs root.
 */
export async function runApart(run: Omit<ApartRun, 'results'>, signal: AbortSignal): Promise<GroupOutcome> {
  const scratch = await mkdtemp(join(tmpdir(), 'bastion-apart-'));
  const results = join(scratch, 'results.json');
  const told: ApartRun = { ...run, results };
  const program = [process.execPath, '--import', 'tsx', 'scripts/test-apart.ts', JSON.stringify(told)];
  try {
    const { code, output } = await runCommand(['unshare', '--net', '--', ...program], {
      signal,
      graceMilliseconds: GRACE_MILLISECONDS,
      deadlineMilliseconds: STACK_GROUP.deadline * run.scale + GRACE_MILLISECONDS,
    });
    const outcome: GroupOutcome = existsSync(results)
      ? (JSON.parse(readFileSync(results, 'utf8')) as GroupOutcome)
      : { planned: 0, passed: 0, failed: 0, failures: [], skipped: [], files: [], output: '', faults: [] };
    const faults = code === 0 ? outcome.faults : [...outcome.faults, `${STACK_GROUP.name}: exit code ${code}`];
    return { ...outcome, faults, output: [outcome.output, output].filter((text) => text !== '').join('\n') };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
