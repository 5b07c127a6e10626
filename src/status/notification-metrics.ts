import { Counter, Gauge, type Registry } from 'prom-client';
import type { TraceEvent } from '../model/trace.ts';

const RESULTS = ['sent', 'later', 'refused'] as const;

/** Metrics of notifications, fed by trace events alone. A receiver's series exist as soon as it is wanted, and go with it. */
export class NotificationMetrics {
  #receivers: readonly string[] = [];
  readonly #attempts: Counter;
  readonly #dropped: Counter;
  readonly #queued: Gauge;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#attempts = new Counter({
      name: 'bastion_notifications_total',
      help: 'Tries to deliver a notification, by receiver and result; later: failed and tried again, refused: given up.',
      labelNames: ['receiver', 'result'],
      registers,
    });
    this.#dropped = new Counter({
      name: 'bastion_notifications_dropped_total',
      help: 'Notifications that were never delivered because too many waited or they were a day old.',
      labelNames: ['receiver'],
      registers,
    });
    this.#queued = new Gauge({
      name: 'bastion_notifications_queue_length',
      help: 'Notifications that wait to be delivered.',
      labelNames: ['receiver'],
      registers,
    });
  }

  consume(event: TraceEvent): void {
    if (event.type === 'receivers-known') this.#know(event.receivers);
    if (event.type !== 'notification') return;
    const { receiver, result, queued } = event;
    this.#queued.set({ receiver }, queued);
    if (result === 'dropped') this.#dropped.inc({ receiver });
    else if (result !== 'queued') this.#attempts.inc({ receiver, result });
  }

  #know(receivers: readonly string[]): void {
    for (const receiver of this.#receivers) {
      if (receivers.includes(receiver)) continue;
      for (const result of RESULTS) this.#attempts.remove({ receiver, result });
      this.#dropped.remove({ receiver });
      this.#queued.remove({ receiver });
    }
    this.#receivers = receivers;
    for (const receiver of receivers) {
      for (const result of RESULTS) this.#attempts.inc({ receiver, result }, 0);
      this.#dropped.inc({ receiver }, 0);
      this.#queued.set({ receiver }, 0);
    }
  }
}
