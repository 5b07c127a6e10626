import type { Notification } from '../../model/notification.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { AttemptResult } from './attempt.ts';
import { retryDelay } from './retry-delay.ts';

/** Something that a queue tells; `queued`: how many wait now. */
export type QueueNews = { readonly queued: number; readonly notification: Notification } & (
  { readonly result: 'queued' | 'sent' } | { readonly result: 'later' | 'refused' | 'dropped'; readonly reason: string }
);

export interface ReceiverQueueOptions {
  readonly clock: Clock;
  readonly attempt: (notification: Notification, signal: AbortSignal) => Promise<AttemptResult>;
  readonly tell: (news: QueueNews) => void;
}

/** More do not wait: the oldest says least of how things are now. */
export const LONGEST_QUEUE = 50;
/** Milliseconds: what is older is history, and `bastion history` has it. */
export const LONGEST_AGE = 24 * 60 * 60_000;

/** Delivers to one receiver, one after the other and in order, again and again until it succeeds or is of no use any more. */
export class ReceiverQueue {
  readonly #options: ReceiverQueueOptions;
  readonly #waiting: Notification[] = [];
  readonly #stop = new AbortController();
  #failures = 0;
  #isBusy = false;
  #cancel: () => void = () => undefined;
  /** Resolves when the attempt that runs is over. */
  #running: Promise<void> = Promise.resolve();

  constructor(options: ReceiverQueueOptions) {
    this.#options = options;
  }

  /** What is not delivered yet, the one that is being delivered among it. */
  get waiting(): readonly Notification[] {
    return this.#waiting;
  }

  enqueue(notification: Notification): void {
    if (this.#stop.signal.aborted) return;
    if (this.#waiting.length >= LONGEST_QUEUE) {
      // The first one may be on its way.
      const [dropped] = this.#waiting.splice(this.#isBusy ? 1 : 0, 1);
      if (dropped !== undefined) this.#tell(dropped, { result: 'dropped', reason: `${LONGEST_QUEUE} wait already` });
    }
    this.#waiting.push(notification);
    this.#tell(notification, { result: 'queued' });
    if (this.#waiting.length === 1) this.#next(0);
  }

  /** Ends what runs; what waits is not delivered. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#cancel();
    await this.#running;
  }

  #next(milliseconds: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(milliseconds, () => {
      this.#running = this.#try();
    });
  }

  async #try(): Promise<void> {
    const [notification] = this.#waiting;
    if (notification === undefined || this.#isBusy || this.#stop.signal.aborted) return;
    const { attempt, clock } = this.#options;
    this.#isBusy = true;
    const result = await attempt(notification, this.#stop.signal).catch((error: unknown): AttemptResult => ({
      type: 'refused',
      reason: `fault of bastion (${error instanceof Error ? error.name : typeof error})`,
    }));
    this.#isBusy = false;
    if (this.#stop.signal.aborted) return;
    this.#conclude(notification, result);
    if (this.#waiting.length > 0)
      this.#next(result.type === 'later' ? retryDelay(this.#failures, clock.random(), result.after) : 0);
  }

  #conclude(notification: Notification, result: AttemptResult): void {
    const isOld = this.#options.clock.now() - notification.at > LONGEST_AGE;
    if (result.type === 'later') {
      this.#failures += 1;
      if (isOld) this.#waiting.shift();
      this.#tell(notification, { result: 'later', reason: result.reason });
      if (isOld) this.#tell(notification, { result: 'dropped', reason: 'it could not be delivered within a day' });
      return;
    }
    this.#waiting.shift();
    this.#failures = 0;
    if (result.type === 'sent') this.#tell(notification, { result: 'sent' });
    else this.#tell(notification, { result: 'refused', reason: result.reason });
  }

  #tell(
    notification: Notification,
    news:
      | { readonly result: 'queued' | 'sent' }
      | { readonly result: 'later' | 'refused' | 'dropped'; readonly reason: string },
  ): void {
    this.#options.tell({ notification, queued: this.#waiting.length, ...news });
  }
}
