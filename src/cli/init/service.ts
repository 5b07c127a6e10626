import { existsSync } from 'node:fs';
import type { Deed } from './report.ts';
import { runProgram, type ProgramOutcome } from './run-program.ts';

const UNIT = 'bastion.service';
const PLACES = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
/** There while systemd is what runs the machine (sd_booted(3)). */
const BOOTED = '/run/systemd/system';

/**
 * Enables and starts the service where systemd runs and the unit is installed. One that is enabled already is left as it is:
 * who has stopped it has a reason.
 */
export async function ensureService(
  run: (program: string, args: readonly string[]) => Promise<ProgramOutcome> = runProgram,
  isThere: (path: string) => boolean = existsSync,
): Promise<Deed[]> {
  if (!isThere(BOOTED) || !PLACES.some((place) => isThere(`${place}/${UNIT}`))) return [];
  if ((await run('systemctl', ['is-enabled', '--quiet', UNIT])).code === 0)
    return [{ what: UNIT, outcome: 'there', note: '' }];
  const { code, output } = await run('systemctl', ['enable', '--now', UNIT]);
  if (code === 0) return [{ what: UNIT, outcome: 'made', note: 'enabled and started' }];
  return [{ what: UNIT, outcome: 'failed', note: `${output}; look at: journalctl -u ${UNIT}` }];
}
