import { nextTime, parseCron } from '../../../model/cron.ts';
import type { RuleContext } from './context.ts';
import type { AlertCase, AlertRule, RuleGroup } from './rule.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
/** Runs of a schedule that are looked at for the longest pause between two. */
const RUNS = 50;
/** When a schedule cannot be read, which its own kind reports. */
const UNKNOWN_PAUSE = DAY;
const STEP_SECONDS = 1800;
/** A schedule of months would make the cases long for what they show. */
const MANY_STEPS = 400;
const METRIC = 'bastion_backup_last_success_timestamp_seconds';

/** A backup, and the seconds after which it is stale: two runs missed, or none good although two were due. */
interface Watched {
  readonly backup: string;
  readonly series: string;
  readonly seconds: number;
}

/** One rule for all backups, each with a pause of its own between two runs. None without backups. */
export function backupRules({ house }: RuleContext): RuleGroup {
  const backups = house.backups.map(({ metadata, spec }): Watched => {
    const seconds = Math.ceil((2 * longestPause(spec.schedule)) / 1000);
    return { backup: metadata.name, series: `${METRIC}{backup="${metadata.name}"}`, seconds };
  });
  return { name: 'bastion-backups', rules: backups.length === 0 ? [] : [staleRule(backups)] };
}

function staleRule(backups: readonly Watched[]): AlertRule {
  return {
    alert: 'BackupStale',
    expr: backups
      .map(
        ({ series, seconds }) =>
          `time() - (${series} > 0) > ${seconds} or (${series} == 0 and ${series} offset ${seconds}s)`,
      )
      .join(' or '),
    for: '15m',
    severity: 'critical',
    summary: 'Backup {{ $labels.backup }} has not succeeded lately',
    description: 'Two runs are missed. What happened since the last good one would be lost with the disk.',
    cases: backups.flatMap(({ backup, series, seconds }) => {
      const steps = Math.ceil(seconds / STEP_SECONDS);
      return steps > MANY_STEPS ? [] : staleCases(backup, series, steps);
    }),
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

/**
 * The longest time between two runs, in milliseconds. Of schedules with many runs a day the first ones do not show the
 * nights and weekends without any: so it is also asked how long one waits at each hour of a week.
 */
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
  for (let hour = 0; hour < 8 * DAY; hour += HOUR) longest = Math.max(longest, (nextTime(cron, hour) ?? hour) - hour);
  return longest || UNKNOWN_PAUSE;
}
