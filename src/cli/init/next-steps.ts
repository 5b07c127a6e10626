import { dirname, join } from 'node:path';
import { hintedCommand } from '../hinted-command.ts';
import { shellWord } from '../shell-word.ts';
import { PUSH_USER, type Places } from './places.ts';

/** What a person does next, each with the exact command. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/**
 * @param host name under which the host is reached
 * @param isRunning systemd starts the operator
 */
export function nextSteps(places: Places, host: string, isRunning: boolean): NextStep[] {
  const { root, repository, branch, releases, configFile } = places;
  const url = shellWord(root === '' ? `${PUSH_USER}@${host}:${repository}` : repository);
  const keys = join(dirname(releases), '.ssh', 'authorized_keys');
  // A key without `restrict` may forward ports, for which sshd never asks git-shell (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
  const allow = `echo "restrict $(cat your-key.pub)" >> ${shellWord(keys)}`;
  return [
    ...(root === '' ? [{ what: 'let your key push, and do nothing else (on this host)', command: allow }] : []),
    { what: 'get the starting state (on your machine)', command: `git clone -o bastion ${url} desired-state` },
    { what: 'or name this host in a repository that you have', command: `git remote add bastion ${url}` },
    { what: 'push (the first time from a repository of your own with --force)', command: `git push bastion ${branch}` },
    ...(isRunning ? [] : [{ what: 'start the operator', command: hintedCommand('run', { config: configFile }) }]),
  ];
}
