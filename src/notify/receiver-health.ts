import type { QueueNews } from './deliver/receiver-queue.ts';

/** Milliseconds for which a receiver may fail before somebody who looks should know. */
const LONG = 10 * 60_000;

/** Knows whether a receiver has failed for long, and says so once until it delivers again. */
export class ReceiverHealth {
  readonly #name: string;
  #failingSince: number | undefined;
  #warning: string | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** In a sentence; undefined while it works, or has not failed for long. */
  get warning(): string | undefined {
    return this.#warning;
  }

  /** @returns a warning that is new. @param at milliseconds since the epoch */
  told(news: QueueNews, at: number): string | undefined {
    if (news.result === 'sent') {
      this.#failingSince = undefined;
      this.#warning = undefined;
      return undefined;
    }
    if (news.result !== 'later' && news.result !== 'refused') return undefined;
    this.#failingSince ??= at;
    if (news.result === 'later' && at - this.#failingSince < LONG) return undefined;
    const since = new Date(this.#failingSince).toISOString();
    const before = this.#warning;
    this.#warning = `notifications do not reach ${this.#name} since ${since}: ${news.reason}; try it with bastion notify test ${this.#name}`;
    return before === undefined ? this.#warning : undefined;
  }
}
