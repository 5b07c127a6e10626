import type { Schedule } from './schedule.ts';

/**
 * Calls back when one of the wanted schedules says so. What is due then is found by looking: this only wakes the loop, as
 * the plan's own time does, and the relist after a sleep.
 */
export class BackupSchedules {
  readonly #schedule: Schedule;
  readonly #onTime: () => void;
  readonly #open = new Map<string, { close(): void }>();

  constructor(schedule: Schedule, onTime: () => void) {
    this.#schedule = schedule;
    this.#onTime = onTime;
  }

  /** The cron expressions that count from now on. */
  want(expressions: readonly string[]): void {
    for (const [expression, opened] of this.#open) {
      if (expressions.includes(expression)) continue;
      opened.close();
      this.#open.delete(expression);
    }
    for (const expression of expressions)
      if (!this.#open.has(expression)) this.#open.set(expression, this.#schedule(expression, this.#onTime));
  }

  close(): void {
    this.want([]);
  }
}
