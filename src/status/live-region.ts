import type { Clock } from '../runtime/clock.ts';

/** Where a region is drawn. */
export interface LiveScreen {
  /** Width of the terminal now, in columns. */
  columns(): number;
}

export interface LiveRegionOptions {
  readonly write: (text: string) => void;
  readonly screen: LiveScreen;
  readonly clock: Clock;
  /** What to show now. */
  readonly lines: () => readonly string[];
  /** Whether there will be something to show by time alone. */
  readonly goesOn: () => boolean;
}

/** Milliseconds between two drawings: faster is flicker, and work for nothing over a slow line. */
const THROTTLE = 100;
/** Milliseconds after which times that are shown have changed. */
const TICK = 1_000;
/** More lines would push away what was said. */
const MOST_LINES = 6;

/** From the cursor to the end of the screen (ECMA-48). */
const ERASE_BELOW = '\u001b[J';

/**
 * The last lines of a terminal, which are drawn over and over below what is said for good. The cursor rests below them, so
 * that whatever ends the program leaves the prompt on a line of its own; nothing is switched on that had to be switched off.
 */
export class LiveRegion {
  readonly #options: LiveRegionOptions;
  /** Lengths of the lines that are on the screen. */
  #drawn: readonly number[] = [];
  #shown = '';
  #drawnAt = 0;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(options: LiveRegionOptions) {
    this.#options = options;
  }

  /** Says something for good, above the region. `text` ends with a newline. */
  say(text: string): void {
    if (this.#isClosed) return this.#options.write(text);
    this.#options.write(this.#erasure() + text);
    this.#drawn = [];
    this.#shown = '';
    this.#draw();
  }

  /** What is shown may be another now: it is drawn soon. */
  changed(): void {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    const rest = this.#drawnAt + THROTTLE - clock.now();
    this.#schedule(Math.max(0, Math.min(THROTTLE, rest)));
  }

  /** Takes the region away; what is said from now on is written as it is. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancel();
    const erasure = this.#erasure();
    if (erasure !== '') this.#options.write(erasure);
  }

  #schedule(milliseconds: number): void {
    this.#cancel();
    this.#cancel = this.#options.clock.after(milliseconds, () => this.#draw());
  }

  #draw(): void {
    const { lines, goesOn, screen, clock, write } = this.#options;
    const all = lines();
    const kept =
      all.length > MOST_LINES ? [...all.slice(0, MOST_LINES - 1), `and ${all.length - MOST_LINES + 1} more`] : all;
    // A full line would wrap on some terminals, and then be two.
    const width = Math.max(1, screen.columns() - 1);
    const fitting = kept.map((line) => (line.length > width ? `${line.slice(0, Math.max(0, width - 1))}\u2026` : line));
    const text = fitting.map((line) => `${line}\n`).join('');
    this.#drawnAt = clock.now();
    if (text !== this.#shown) {
      write(this.#erasure() + text);
      this.#drawn = fitting.map(({ length }) => length);
      this.#shown = text;
    }
    if (fitting.length > 0 || goesOn()) this.#schedule(TICK);
    else this.#cancel();
  }

  /** Goes up to the first line of the region and erases from there; a terminal that became narrower has wrapped them. */
  #erasure(): string {
    if (this.#drawn.length === 0) return '';
    const width = Math.max(1, this.#options.screen.columns());
    const rows = this.#drawn.reduce((sum, length) => sum + Math.max(1, Math.ceil(length / width)), 0);
    return `\r\u001b[${rows}A${ERASE_BELOW}`;
  }
}
