import { describeCommit } from '../../release/describe-commit.ts';
import { lockReleases } from '../../release/lock.ts';
import { printable } from '../../model/printable.ts';
import { isCreation, refuseRewrite, refuseUpdates, type RefUpdate } from '../../release/ref-updates.ts';
import { START_REFERENCE } from '../init/start-state.ts';
import { checkCommit } from './check-commit.ts';
import type { PushPlace } from './place.ts';
import type { Pusher } from './pusher.ts';

export const LOCK_WAIT_MILLISECONDS = 60_000;

/**
 * What git asks before it takes a push: refuses or agrees, and says why and what would be done. The pushed objects are in
 * quarantine and go away with a refusal. Never changes what runs.
 *
 * @returns whether the push is taken
 */
export async function preReceive(
  place: PushPlace,
  updates: readonly RefUpdate[],
  pusher: Pusher,
  lockWait = LOCK_WAIT_MILLISECONDS,
): Promise<boolean> {
  const { branch } = place.settings.push;
  const refuse = (reasons: readonly string[]): boolean => {
    for (const reason of reasons) pusher.say(`x refused: ${reason}`);
    return false;
  };
  const reasons = refuseUpdates(updates, branch);
  const [update] = updates;
  if (reasons.length > 0 || update === undefined) return refuse(reasons);

  const lock = await lockReleases(place.releases.directory, {
    wait: lockWait,
    onWait: () => pusher.say('  another push is being looked at, waiting for it ...'),
  });
  try {
    const reason = await refuseMove(place, update);
    if (reason !== undefined) return refuse([reason]);
    const { subject } = await describeCommit(place.git, update.after);
    pusher.say(`checking ${update.after.slice(0, 12)} ${subject}`);
    await place.releases.clean(place.clock.now());
    if (await checkCommit(place, update.after, pusher)) return true;
    return refuse(['what runs is as it was']);
  } finally {
    await lock.release();
  }
}

/** Why the branch cannot go from the one commit to the other; undefined: it can. */
async function refuseMove({ git, settings }: PushPlace, update: RefUpdate): Promise<string | undefined> {
  const { branch, allowForcePush } = settings.push;
  const { before, after } = update;
  const tip = await git.commit(`refs/heads/${branch}`);
  if (tip !== (isCreation(update) ? undefined : before))
    return `somebody else has pushed meanwhile, ${branch} is at ${tip?.slice(0, 12) ?? 'nothing'} now: git pull --rebase bastion ${branch}, then push again`;
  if (tip === undefined) return undefined;
  const dropped = await git.text(['log', '--no-show-signature', '--format=%h %s', '-n', '100', `${after}..${before}`]);
  return refuseRewrite({
    branch,
    dropped: dropped
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => printable(line, 200)),
    isAllowed: allowForcePush,
    isStart: before === (await git.commit(START_REFERENCE)),
  });
}
