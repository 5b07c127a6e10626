import { nextTime, parseCron } from '../../../model/cron.ts';
import type { RuleContext } from './context.ts';
import type { AlertCase, AlertRule, RuleGroup } from './rule.ts';

const DAY = 86_400_000;
/** Runs of a schedule that are looked at for the longest pause between two. */
const RUNS = 50;
/** When a schedule cannot be read, which its own kind reports. */
const UNKNOWN_PAUSE = DAY;
const STEP_SECONDS = 1800;
/** A schedule of months would make the cases long for what they show. */
const MANY_STEPS = 400;
const METRIC = 'bastion_backup_last_success_timestamp_seconds';

/** One alert a backup, since each has a pause of its own between two runs. None without backups. */
export function backupRules({ house }: RuleContext): RuleGroup {
  return {
    name: 'bastion-backups',
    rules: house.backups.map(({ metadata, spec }) => staleRule(metadata.name, longestPause(spec.schedule))),
  };
}

/** Two runs missed, or none that succeeded although the time for two has passed since it was first seen. */
function staleRule(backup: string, pause: number): AlertRule {
  const seconds = Math.ceil((2 * pause) / 1000);
  const series = `${METRIC}{backup="${backup}"}`;
  const steps = Math.ceil(seconds / STEP_SECONDS);
  return {
    alert: 'BackupStale',
    expr: `time() - (${series} > 0) > ${seconds} or (${series} == 0 and ${series} offset ${seconds}s)`,
    for: '15m',
    severity: 'critical',
    summary: 'Backup {{ $labels.backup }} has not succeeded lately',
    description: 'Two runs are missed. What happened since the last good one would be lost with the disk.',
    cases: steps > MANY_STEPS ? [] : staleCases(backup, series, steps),
  };
}

function staleCases(backup: string, series: string, steps: number): AlertCase[] {
  const step = '30m';
  const late = `${(steps + 2) * 30}m`;
  const soon = `${Math.floor(steps / 2) * 30}m`;
  return [
    { when: 'two runs are missed', step, series: { [series]: `60+0x${steps + 5}` }, at: late, fires: [{ backup }] },
    { when: 'one run is missed', step, series: { [series]: `60+0x${steps + 5}` }, at: soon, fires: [] },
    { when: 'it never succeeded', step, series: { [series]: `0+0x${steps + 5}` }, at: late, fires: [{ backup }] },
    { when: 'it is new', step, series: { [series]: `0+0x${steps + 5}` }, at: soon, fires: [] },
  ];
}

/** The longest time between two runs, in milliseconds. */
function longestPause(schedule: string): number {
  const cron = parseCron(schedule);
  if (typeof cron === 'string') return UNKNOWN_PAUSE;
  let longest = 0;
  let last = nextTime(cron, 0);
  for (let run = 0; run < RUNS && last !== undefined; run += 1) {
    const next = nextTime(cron, last);
    if (next !== undefined) longest = Math.max(longest, next - last);
    last = next;
  }
  return longest || UNKNOWN_PAUSE;
}
