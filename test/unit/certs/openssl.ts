import { spawnSync } from 'node:child_process';
import { skipBecause } from '../../support/skip.ts';

/** Runs openssl in a directory; both of its outputs. Throws with what it said when it fails. */
export function openssl(directory: string, ...words: string[]): string {
  const { status, stdout, stderr } = spawnSync('openssl', words, { cwd: directory, encoding: 'utf8', input: '' });
  if (status !== 0) throw new Error(`openssl ${words.join(' ')}: ${stdout}${stderr}`);
  return stdout + stderr;
}

/** Skips the suite where there is no openssl command. */
export function requireOpenssl(context: Mocha.Context): void {
  const { stdout, status } = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  if (status !== 0 || !/^OpenSSL [3-9]/.test(stdout)) skipBecause(context, 'there is no openssl 3 command');
}
