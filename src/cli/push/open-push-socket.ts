import { readFile } from 'node:fs/promises';
import { changeEntryOwner } from '../../certs/change-owner.ts';
import { formatFinding } from '../../desired/format-finding.ts';
import { parseAccounts } from '../../model/accounts.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { PushSource } from '../../status/push-handler.ts';
import { createPushServer, type PushServer } from '../../status/push-server.ts';
import { TraceTail } from '../../status/trace-tail.ts';
import type { Settings } from '../arguments.ts';
import { shownDirectory } from '../shown-directory.ts';
import { planCandidate } from './plan-candidate.ts';

/** The tail of the trace that is served on the push socket; undefined when there is no such socket. */
export function pushTail(settings: Settings): TraceTail | undefined {
  if (settings.push.socket === undefined) return undefined;
  const directory = shownDirectory(settings.desiredDirectory);
  return new TraceTail((finding) => formatFinding(finding, directory));
}

/**
 * Opens the push socket, where there is to be one. Where it cannot be opened that is told, and the operator goes on
 * without: a push is then validated only, and found by the watch.
 */
export async function openPushSocket(
  settings: Settings,
  source: Pick<PushSource, 'snapshot' | 'reconcile'>,
  tail: TraceTail | undefined,
  tell: (message: string) => void,
): Promise<PushServer | undefined> {
  const { socket, group } = settings.push;
  if (socket === undefined || tail === undefined) return undefined;
  try {
    return await createPushServer(
      {
        snapshot: () => source.snapshot(),
        reconcile: () => source.reconcile(),
        trace: (place) => tail.after(place),
        plan: (directory) => planCandidate(directory, settings, systemClock),
      },
      { path: socket, give: await giveTo(group, tell) },
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell(`pushes are not planned, the socket ${socket} cannot be opened: ${message}`);
    return undefined;
  }
}

/** Gives a path to a group: as root any, otherwise one that we are in. Undefined: there is no such group. */
async function giveTo(
  name: string,
  tell: (message: string) => void,
): Promise<((path: string) => Promise<void>) | undefined> {
  const groups = parseAccounts(await readFile('/etc/group', 'utf8').catch(() => ''));
  const id = Object.hasOwn(groups, name) ? groups[name] : undefined;
  if (id === undefined || process.getegid?.() === id) return undefined;
  const isMember = process.geteuid?.() === 0 || process.getgroups?.().includes(id) === true;
  if (isMember) return (path) => changeEntryOwner(path, -1, id);
  tell(`the push socket is not given to the group ${name}: the operator is not in it; usermod -aG ${name} bastion`);
  return undefined;
}
