import { lockReleases } from '../../release/lock.ts';
import type { RefUpdate } from '../../release/ref-updates.ts';
import { hintedCommand } from '../hinted-command.ts';
import { follow } from './follow.ts';
import { goLive } from './go-live.ts';
import type { PushPlace } from './place.ts';
import { LOCK_WAIT_MILLISECONDS } from './pre-receive.ts';
import type { Pusher } from './pusher.ts';

/**
 * What git calls when it has taken a push: makes what the branch is now the current release, and follows the operator.
 * The branch, not the push, says what becomes current, so that of two pushes the later one runs, whichever hook is first.
 */
export async function postReceive(
  place: PushPlace,
  updates: readonly RefUpdate[],
  pusher: Pusher,
  signal: AbortSignal,
): Promise<void> {
  const { git, releases, settings, operator } = place;
  const { branch } = settings.push;
  if (!updates.some(({ ref }) => ref === `refs/heads/${branch}`)) return;
  const trace = await operator.trace(undefined);
  let commit: string | undefined;
  try {
    const lock = await lockReleases(releases.directory, {
      wait: LOCK_WAIT_MILLISECONDS,
      onWait: () => pusher.say('  another push is being looked at, waiting for it ...'),
    });
    try {
      commit = await git.commit(`refs/heads/${branch}`);
      if (commit === undefined) return;
      for (const problem of await goLive(place, commit)) pusher.say(`! ${problem}`);
    } finally {
      await lock.release();
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    pusher.say(`x the push was taken, but it is not live: ${message}`);
    pusher.say(
      `  what ran before goes on; to bring it live later (on the host): ${hintedCommand(`rollback ${branch}`, settings.given)}`,
    );
    return;
  }
  pusher.say(`${commit.slice(0, 12)} is current; following (Ctrl-C leaves and changes nothing)`);
  await follow(place, commit, trace.type === 'answer' ? trace.value.next : undefined, pusher, signal);
}
