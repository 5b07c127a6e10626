import type { Pusher } from './pusher.ts';

/** A pusher that keeps what it is told until it is asked to pass it on. */
export interface GatheringPusher extends Pusher {
  passOn(): void;
}

/**
 * For what is said with the lock held: writing to a terminal that was stopped (Ctrl-S) waits, and with it would everybody
 * else's pushes.
 */
export function gather(pusher: Pusher): GatheringPusher {
  const kept: string[] = [];
  return {
    say: (text) => void kept.push(text),
    get isGone() {
      return pusher.isGone;
    },
    passOn() {
      for (const text of kept.splice(0)) pusher.say(text);
    },
  };
}
