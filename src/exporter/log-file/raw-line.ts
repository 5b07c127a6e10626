/** A line without its end; good only while it is told. */
export interface RawLine {
  /**
   * The text in which the line is, from `start` to before `end`. Parts of it hold all of it in memory: whatever is kept of it
   * must be an `ownText`. Its characters are looked at several times as fast as those of its parts.
   */
  readonly whole: string;
  readonly start: number;
  readonly end: number;
  /** The line alone, a part. */
  readonly text: string;
}
