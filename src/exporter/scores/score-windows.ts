/** Scores are of whole windows of this length in milliseconds. */
export const WINDOW = 15 * 60_000;

/** Told when a window ends: the hour of the day (UTC) that it began in, and the time now in milliseconds. */
export type WindowListener = (hour: number, now: number) => void;

/** Cuts the time into windows for all that is scored. Time is given and may jump: a jump ends the window. */
export class ScoreWindows {
  readonly #listeners: WindowListener[] = [];
  #since: number | undefined;
  #number = 0;

  /** Which window it is: it changes whenever one ends. */
  get number(): number {
    return this.#number;
  }

  onClose(listener: WindowListener): void {
    this.#listeners.push(listener);
  }

  /** Ends the window when it is over. */
  tick(now: number): void {
    this.#since ??= now;
    if (Math.abs(now - this.#since) < WINDOW) return;
    const hour = new Date(this.#since).getUTCHours();
    this.#since = now;
    this.#number++;
    for (const listener of this.#listeners) listener(hour, now);
  }
}
