/** What a service tells systemd of itself; the members are sd_notify(3)'s variables. */
export interface Notification {
  readonly ready?: true;
  readonly reloading?: true;
  readonly stopping?: true;
  /** The loop is alive. */
  readonly watchdog?: true;
  /** One line for people. */
  readonly status?: string;
  /** Microseconds of CLOCK_MONOTONIC; sd_notify(3) wants them beside `reloading`. */
  readonly monotonic?: bigint;
}

/**
 * A notification as the datagram of sd_notify(3). A status comes from names and error texts that others write: its line
 * ends become spaces, so that it can never be a second assignment (`MAINPID=`).
 */
export function encodeNotification(told: Notification): string {
  const lines: string[] = [];
  if (told.ready) lines.push('READY=1');
  if (told.reloading) lines.push('RELOADING=1');
  if (told.monotonic !== undefined) lines.push(`MONOTONIC_USEC=${told.monotonic}`);
  if (told.stopping) lines.push('STOPPING=1');
  if (told.status !== undefined) lines.push(`STATUS=${told.status.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`);
  if (told.watchdog) lines.push('WATCHDOG=1');
  return lines.join('\n');
}
