/** A line without its end; good only while it is told. */
export interface RawLine {
  /** What is cut out of it holds all that was read with it in memory: whatever is kept must be `own`, or an `ownText`. */
  readonly text: string;
  /** A part of the text, from a place to the one behind its end, with memory of its own. */
  own(start: number, end: number): string;
  /** The `quickHash` of a part. */
  hash(start: number, end: number): number;
}
