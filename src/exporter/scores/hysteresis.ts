/** On above this in two windows that follow each other, off below the other. */
const ON = 0.8;
const OFF = 0.5;
const WINDOWS = 2;
/** So many windows in a row that say nothing end what was on: nobody is left to say that it is over. */
const SILENT = 4;

/** Whether something is so, from scores that flutter: it comes on late and goes off late. */
export class Hysteresis {
  #high = 0;
  #silent = 0;
  #active = false;

  get active(): boolean {
    return this.#active;
  }

  /** Takes the score of a window; undefined: too little happened to say anything. Whether it came on now. */
  take(score: number | undefined): boolean {
    if (score === undefined) {
      this.#high = 0;
      this.#silent += 1;
      if (this.#silent >= SILENT) this.#active = false;
      return false;
    }
    this.#silent = 0;
    this.#high = score > ON ? this.#high + 1 : 0;
    if (this.#active) {
      if (score < OFF) this.#active = false;
      return false;
    }
    this.#active = this.#high >= WINDOWS;
    return this.#active;
  }
}
