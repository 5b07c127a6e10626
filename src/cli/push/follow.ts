import { hintedCommand, startCommand } from '../hinted-command.ts';
import type { Progress } from './progress.ts';
import { progressOf } from './progress.ts';
import type { PushPlace } from './place.ts';
import type { Pusher } from './pusher.ts';

export type End = Extract<Progress, { type: 'end' }>['end'] | 'left' | 'late' | 'alone';

const POLL_MILLISECONDS = 250;
/** How long an operator may have nothing to plan with, read something else, or not answer, before that is how it ended. */
const GRACE_MILLISECONDS = 15_000;

/**
 * Wakes the operator and follows it to the end, telling its lines as they come. Changes nothing by being left early.
 *
 * @param from place in the operator's trace before the release was made current; undefined: no operator was there
 * @returns how it ended: `left` nobody listens any more, `late` the time limit, `alone` no operator runs
 */
export async function follow(
  place: PushPlace,
  commit: string,
  from: number | undefined,
  pusher: Pusher,
  signal: AbortSignal,
): Promise<End> {
  const { operator, releases, clock, settings } = place;
  const name = commit.slice(0, 12);
  const look = hintedCommand('status', settings.given);
  const since = new Date(clock.now()).toISOString();
  const woken = await operator.reconcile();
  if (woken.type !== 'answer') {
    const why = woken.type === 'absent' ? 'no operator runs' : `the operator cannot be asked (${woken.message})`;
    pusher.say(
      `${name} is current; ${why}, so nothing is done with it until one does: ${startCommand(settings.given)}`,
    );
    return 'alone';
  }
  const until = clock.now() + settings.push.followMilliseconds;
  let at = from;
  let troubleSince: number | undefined;
  const isLong = (): boolean => clock.now() - (troubleSince ??= clock.now()) > GRACE_MILLISECONDS;
  for (;;) {
    const told = await operator.trace(at);
    if (told.type === 'answer') {
      at = told.value.next;
      for (const line of told.value.lines) pusher.say(`  ${line.replaceAll('\n', '\n  ')}`);
    }
    const [status, current] = await Promise.all([operator.status(), releases.current()]);
    if (status.type === 'answer') {
      const progress = progressOf(status.value, commit, current, since);
      if (progress.type === 'end') {
        pusher.say(`${name} ${progress.line}${progress.end === 'failed' ? `; see ${look}` : ''}`);
        return progress.end;
      }
      if (progress.type === 'going') troubleSince = undefined;
      else if (isLong()) {
        pusher.say(`${name} ${progress.message}; the operator goes on trying: ${look}`);
        return 'failed';
      }
    } else if (isLong()) {
      pusher.say(`${name} is current; the operator does not answer any more, and goes on when it is back`);
      return 'failed';
    }
    if (pusher.isGone || signal.aborted) return 'left';
    if (clock.now() >= until) {
      pusher.say(`${name} is still being converged on; that goes on without you: ${look}`);
      return 'late';
    }
    await new Promise<void>((resolve) => clock.after(POLL_MILLISECONDS, resolve));
  }
}
