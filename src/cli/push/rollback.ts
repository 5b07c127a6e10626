import { releaseBefore, releasesNamed } from '../../release/choose-release.ts';
import { describeCommit } from '../../release/describe-commit.ts';
import { printableLines } from '../../model/printable.ts';
import { lockReleases } from '../../release/lock.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Command } from '../command.ts';
import { CommandError, EXIT } from '../errors.ts';
import { hintedCommand, type GivenFlags } from '../hinted-command.ts';
import type { Output } from '../output.ts';
import { checkCommit } from './check-commit.ts';
import { follow, type End } from './follow.ts';
import { gather } from './gather.ts';
import { goLive } from './go-live.ts';
import { openPushPlace, type PushPlace } from './place.ts';
import { LOCK_WAIT_MILLISECONDS } from './pre-receive.ts';
import type { Pusher } from './pusher.ts';

const CODES: Readonly<Record<End, number>> = {
  converged: EXIT.done,
  alone: EXIT.done,
  halted: EXIT.waiting,
  failed: EXIT.failed,
  superseded: EXIT.failed,
  late: EXIT.failed,
  left: EXIT.done,
};

/** The commit that is meant. @throws CommandError */
async function targetOf({ git, releases, settings }: PushPlace, revision: string | undefined): Promise<string> {
  const list = hintedCommand('releases', settings.given);
  const [all, current] = await Promise.all([releases.list(), releases.current()]);
  if (revision === undefined) {
    const before = releaseBefore(all, current);
    if (before !== undefined) return before;
    throw new CommandError(`there is no release before the current one; ${list} lists what there is`);
  }
  const named = releasesNamed(all, revision);
  if (named.length > 1) throw new CommandError(`${revision} may be any of ${named.join(', ')}: write more of it`);
  const commit = named[0] ?? (await git.commit(revision));
  if (commit !== undefined) return commit;
  throw new CommandError(
    `neither a release nor a commit of ${git.repository} is called ${revision}; ${list} lists what there is`,
  );
}

/** Switches with the lock held; a commit that is no release any more is checked first. @throws CommandError */
async function switchBack(place: PushPlace, commit: string, pusher: Pusher): Promise<void> {
  const { releases, clock } = place;
  if (await releases.has(commit)) return releases.switchTo(commit);
  await releases.clean(clock.now());
  if (!(await checkCommit(place, commit, pusher)))
    throw new CommandError(`${commit.slice(0, 12)} cannot run here any more; what runs is as it was`);
  for (const problem of await goLive(place, commit)) pusher.say(`! ${problem}`);
}

/** As noted when it went live: git may have thrown the commit away since, and what is current is no matter of git's. */
async function subjectOf({ git, releases }: PushPlace, commit: string): Promise<string> {
  const record = (await releases.list()).find((release) => release.commit === commit)?.record;
  if (record !== undefined) return record.subject;
  return describeCommit(git, commit).then(
    ({ subject }) => subject,
    () => '',
  );
}

/** What a person may not do, in words. */
function explained(error: unknown, given: GivenFlags): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'EACCES' && code !== 'EPERM') return error;
  return new CommandError(`you may not change releases: sudo ${hintedCommand('rollback', given)}`);
}

function terminal(output: Output): Pusher {
  return { say: (text) => output.write(`${printableLines(text)}\n`), isGone: false };
}

export const command: Command = async ({ settings, positionals, output, errors, environment, signal }) => {
  const place = await openPushPlace(settings, systemClock, { environment, inHook: false });
  const { releases, operator, git } = place;
  const { branch } = settings.push;
  // With --json standard output is for the result alone.
  const pusher = terminal(settings.json ? errors : output);
  const commit = await targetOf(place, positionals[0]);
  const trace = await operator.trace(undefined);
  const lock = await lockReleases(releases.directory, {
    wait: LOCK_WAIT_MILLISECONDS,
    onWait: () => pusher.say('a push is being looked at, waiting for it ...'),
  }).catch((error: unknown) => {
    throw explained(error, settings.given);
  });
  const told = gather(pusher);
  let from: string | undefined;
  try {
    from = await releases.current();
    if (from !== commit) await switchBack(place, commit, told);
  } catch (error) {
    throw explained(error, settings.given);
  } finally {
    await lock.release();
    told.passOn();
  }
  const subject = await subjectOf(place, commit);
  pusher.say(`${commit.slice(0, 12)} ${subject} is current${from === commit ? ' already' : ''}`);
  const tip = await git.commit(`refs/heads/${branch}`);
  if (tip !== undefined && tip !== commit)
    pusher.say(`! ${branch} stays at ${tip.slice(0, 12)}; the next push makes what it brings current`);
  const end = await follow(place, commit, trace.type === 'answer' ? trace.value.next : undefined, pusher, signal);
  if (settings.json) output.write(`${JSON.stringify({ commit, previous: from ?? null, end }, undefined, 2)}\n`);
  return CODES[end];
};
