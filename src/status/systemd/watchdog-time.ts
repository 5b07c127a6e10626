/**
 * Milliseconds within which systemd wants to hear `WATCHDOG=1` from this process, of the variables that
 * sd_watchdog_enabled(3) names; undefined when it does not.
 */
export function watchdogTime(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC: microseconds, WATCHDOG_PID: whose } = environment;
  if (microseconds === undefined || !/^[1-9]\d*$/.test(microseconds)) return undefined;
  if (whose !== undefined && whose !== String(pid)) return undefined;
  return Number(microseconds) / 1000;
}
