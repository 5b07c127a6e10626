import { existsSync } from 'node:fs';
import { hasProgram, mustRun } from '../../scripts/support/run-command.ts';
import { TIME_PROGRAM } from './timed-command.ts';

/** Installs what the whole-process measurements need: Debian's docker-compose and time. Rejects when it cannot. */
export async function installRivals(log: (line: string) => void): Promise<void> {
  const missing = [
    ...((await hasProgram('docker-compose')) ? [] : ['docker-compose']),
    ...(existsSync(TIME_PROGRAM) ? [] : ['time']),
  ];
  if (missing.length === 0) return;
  log(`installing Debian's ${missing.join(', ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun(['apt-get', 'update'], { env });
  await mustRun(['apt-get', 'install', '-y', '--no-install-recommends', ...missing], { env });
}
