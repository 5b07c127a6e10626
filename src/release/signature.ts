import { access, constants } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import type { Git } from './git.ts';
import { printable } from '../model/printable.ts';

/** Who may sign; at least one of the two. */
export interface Signers {
  /** File of ssh-keygen(1), ALLOWED SIGNERS. */
  readonly allowedSigners: string | undefined;
  /** GnuPG home directory; every key in it counts. */
  readonly keyring: string | undefined;
}

/** What a look at a commit's signature came to. */
export interface Verdict {
  readonly isGood: boolean;
  /** Who signed, or why it does not count. */
  readonly text: string;
}

/**
 * Verifies the signature of one commit with nothing but the keys that are named: neither the configuration of whoever
 * runs this nor that of the repository adds any.
 *
 * @param pushed directories that those who push can change: keys must not lie in them
 */
export async function verifySignature(
  git: Git,
  commit: string,
  signers: Signers,
  pushed: readonly string[],
): Promise<Verdict> {
  const { allowedSigners, keyring } = signers;
  for (const place of [allowedSigners, keyring]) {
    if (place === undefined) continue;
    if (pushed.some((directory) => isWithin(place, directory)))
      return {
        isGood: false,
        text: `${place} lies where pushes go: whoever pushes could add a key; keep it elsewhere`,
      };
    const isReadable = await access(place, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!isReadable) return { isGood: false, text: `${place}, which says who may sign, cannot be read` };
  }
  const env = {
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GNUPGHOME: keyring ?? '/nonexistent',
  };
  const settings = [
    `gpg.ssh.allowedSignersFile=${allowedSigners ?? '/dev/null'}`,
    'gpg.program=gpg',
    'gpg.ssh.program=ssh-keygen',
    'gpg.minTrustLevel=undefined',
  ];
  const { code, stderr } = await git.run([...settings.flatMap((setting) => ['-c', setting]), 'verify-commit', commit], {
    env,
  });
  return judge(code, stderr);
}

/** What `git verify-commit` says to a verdict: GnuPG writes several lines, of which the one with the verdict counts. */
export function judge(code: number, stderr: string): Verdict {
  const lines = stderr
    .split('\n')
    .map((line) => printable(line.replace(/^gpg: +/, '').trim(), 500))
    .filter((line) => line !== '');
  if (code === 0) return { isGood: true, text: lines.find((line) => /^good/i.test(line)) ?? 'good signature' };
  if (lines.length === 0) return { isGood: false, text: 'it is not signed' };
  const reason = lines.filter((line) =>
    /no principal|can't check|cannot|could not|bad|expired|revoked|no public key/i.test(line),
  );
  return { isGood: false, text: (reason.length > 0 ? reason : lines).join('; ') };
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
