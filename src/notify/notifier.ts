import type { Notification } from '../model/notification.ts';
import type { NotificationSpec, ReceiverSpec } from '../model/notification-spec.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { TraceEvent } from '../model/trace.ts';
import type { Clock } from '../runtime/clock.ts';
import { compose } from './compose.ts';
import { decide, NOTHING_TOLD, type NotifyState } from './decide.ts';
import type { Attempt, AttemptResult } from './deliver/attempt.ts';
import { ReceiverQueue, type QueueNews } from './deliver/receiver-queue.ts';
import type { NotifyMemory } from './memory-file.ts';
import { ReceiverHealth } from './receiver-health.ts';
import { Saver } from './saver.ts';
import { standingOf } from './standing.ts';
import { testNotification } from './test-notification.ts';

export interface NotifierOptions {
  readonly clock: Clock;
  /** Where things stand now. */
  readonly snapshot: () => StatusSnapshot;
  readonly attempt: Attempt;
  readonly memory: NotifyMemory;
  readonly save: (memory: NotifyMemory) => Promise<void>;
  readonly tell: (event: TraceEvent) => void;
}

/** Result of a trial, by receiver. */
export type TestResults = Readonly<Record<string, AttemptResult>>;

interface Receiver {
  readonly spec: ReceiverSpec;
  readonly queue: ReceiverQueue;
  readonly health: ReceiverHealth;
}

/**
 * Follows the loop and tells people. It only ever looks at what the loop has published: nothing that it does, and nothing
 * that a receiver does or leaves undone, is waited for or thrown into the loop.
 */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #saver: Saver;
  #receivers: readonly Receiver[] = [];
  #spec: NotificationSpec | undefined;
  #written = '';
  #state: NotifyState;
  #left: NotifyMemory['waiting'];
  #cancel: () => void = () => undefined;
  #closing: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: NotifierOptions) {
    const { clock, memory, save, tell } = options;
    this.#options = options;
    this.#state = { ...NOTHING_TOLD, told: memory.told, rising: memory.rising };
    this.#left = memory.waiting;
    this.#saver = new Saver(
      () => save(this.#memory()),
      (message) =>
        tell({
          type: 'warning',
          at: clock.now(),
          message: `what was notified cannot be remembered and may be told again after a restart: ${message}`,
        }),
    );
  }

  /** In sentences: receivers that have failed for long. */
  get warnings(): readonly string[] {
    return this.#receivers.flatMap(({ health }) => health.warning ?? []);
  }

  /** Told with every reading of the desired state; does nothing when the wish is as it was. */
  follow(spec: NotificationSpec | undefined): void {
    const written = JSON.stringify(spec ?? '');
    if (written === this.#written || this.#isClosed) return;
    this.#written = written;
    this.#spec = spec;
    const left = { ...this.#left, ...this.#waiting() };
    const before = this.#receivers;
    this.#closing = Promise.all([this.#closing, ...before.map(({ queue }) => queue.close())]);
    this.#receivers = (spec?.receivers ?? []).map((receiver) => this.#open(receiver));
    const { clock, tell } = this.#options;
    tell({ type: 'receivers-known', at: clock.now(), receivers: this.#receivers.map(({ spec: { name } }) => name) });
    for (const {
      spec: { name },
      queue,
    } of this.#receivers)
      for (const notification of left[name] ?? []) queue.enqueue(notification);
    this.#left = {};
    this.#saver.due();
  }

  consume(event: TraceEvent): void {
    if (event.type === 'pass-finished') this.#look();
  }

  /** Tries a receiver, or all, once and at once, beside its queue; undefined when there is no such receiver. */
  async test(name: string | undefined): Promise<TestResults | undefined> {
    const wanted = this.#receivers.filter(({ spec }) => name === undefined || spec.name === name);
    if (name !== undefined && wanted.length === 0) return undefined;
    const { clock, snapshot, attempt } = this.#options;
    const { instance } = snapshot();
    const notification = testNotification({ instance, at: clock.now(), link: this.#spec?.link });
    const { signal } = new AbortController();
    const results = wanted.map(async ({ spec }) => [spec.name, await attempt(spec, notification, signal)] as const);
    return Object.fromEntries(await Promise.all(results));
  }

  /** Ends all that runs; what is not delivered is remembered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await Promise.all([this.#closing, ...this.#receivers.map(({ queue }) => queue.close())]);
    await this.#saver.close();
  }

  #look(): void {
    try {
      this.#decide();
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.tell({ type: 'fault', at: this.#options.clock.now(), where: 'notifications', message });
    }
  }

  #decide(): void {
    this.#cancel();
    const spec = this.#spec;
    if (spec === undefined || this.#receivers.length === 0 || this.#isClosed) return;
    const { clock, snapshot } = this.#options;
    const now = clock.now();
    const present = snapshot();
    const { state, news, wakeAt } = decide(this.#state, standingOf(present, spec, now), now, spec.settle);
    const isChanged = kept(state) !== kept(this.#state);
    this.#state = state;
    for (const notification of compose(news, { instance: present.instance, at: now, link: spec.link }))
      this.#send(notification);
    if (isChanged) this.#saver.due();
    if (wakeAt !== undefined) this.#cancel = clock.after(Math.max(0, wakeAt - now), () => this.#look());
  }

  #send(notification: Notification): void {
    for (const { spec, queue } of this.#receivers)
      if (spec.on?.includes(notification.kind) ?? true) queue.enqueue(notification);
  }

  #open(spec: ReceiverSpec): Receiver {
    const { clock, attempt } = this.#options;
    const health = new ReceiverHealth(spec.name);
    const queue = new ReceiverQueue({
      clock,
      attempt: (notification, signal) => attempt(spec, notification, signal),
      tell: (news) => this.#told(spec.name, health, news),
    });
    return { spec, queue, health };
  }

  #told(receiver: string, health: ReceiverHealth, news: QueueNews): void {
    const { clock, tell } = this.#options;
    const at = clock.now();
    const { result, queued, notification } = news;
    const reason = 'reason' in news ? news.reason : undefined;
    const { title, kind } = notification;
    tell({
      type: 'notification',
      at,
      receiver,
      result,
      queued,
      kind,
      title,
      ...(reason === undefined ? {} : { reason }),
    });
    const message = health.told(news, at);
    if (message !== undefined) tell({ type: 'warning', at, message });
    this.#saver.due();
  }

  #waiting(): NotifyMemory['waiting'] {
    const entries = this.#receivers.map(({ spec, queue }) => [spec.name, [...queue.waiting]] as const);
    return Object.fromEntries(entries.filter(([, waiting]) => waiting.length > 0));
  }

  #memory(): NotifyMemory {
    const { told, rising } = this.#state;
    return { told, rising, waiting: { ...this.#left, ...this.#waiting() } };
  }
}

/** Of a decision, what a restart must not lose. */
function kept({ told, rising }: NotifyState): string {
  return JSON.stringify([told, rising]);
}
