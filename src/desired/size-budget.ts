import { DesiredStateError } from './errors.ts';

/** What all manifests together may hold at most, so that the operator can hold them within its limit of memory. */
export interface SizeLimits {
  /** Twice the thousand resources that the operator is made for. */
  readonly documents: number;
  /** Characters that begin something in YAML. Each costs the parser about a kilobyte: with these it is 200 MiB. */
  readonly marks: number;
}

export const SIZE_LIMITS: SizeLimits = { documents: 2000, marks: 200_000 };

const NEWLINE = 0x0a;
const DASH = 0x2d;
const DOT = 0x2e;
/** Of `,` `:` `?` `[` `{` `-` and the end of a line, every key, value, item and map has at least one. */
const MARKS = new Set([...',:?[{-\n'].map((mark) => mark.charCodeAt(0)));

/**
 * Counts what manifests hold without parsing them, which is what it would cost. A reading that is too large is refused as a
 * whole: to leave some of it out would look as if it had been removed.
 */
export class SizeBudget {
  readonly #limits: SizeLimits;
  #documents = 0;
  #marks = 0;

  constructor(limits: SizeLimits = SIZE_LIMITS) {
    this.#limits = limits;
  }

  /**
   * Takes one more file into account.
   *
   * @throws DesiredStateError DESIRED_TOO_LARGE with the line at which it became too much
   */
  spend(file: string, text: string): void {
    const { documents, marks } = this.#limits;
    let line = 1;
    this.#documents += 1;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      // One at the very beginning separates nothing.
      if (at > 0 && text.charCodeAt(at - 1) === NEWLINE && isMarker(text, at)) this.#documents += 1;
      if (this.#documents > documents)
        throw tooLarge(file, line, `this is more than ${documents} documents, which is what is read at most`);
      if (code === NEWLINE) line += 1;
      if (!MARKS.has(code)) continue;
      this.#marks += 1;
      if (this.#marks > marks)
        throw tooLarge(
          file,
          line,
          `all manifests together hold more than ${marks} lines, keys and items, which is what is read at most`,
        );
    }
  }
}

/** Whether `---` or `...` stands at the beginning of a line, which is a border of documents wherever it is (YAML 1.2, 9.1). */
function isMarker(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code !== DASH && code !== DOT) return false;
  return /^(?:---|\.\.\.)(?:\s|$)/.test(text.slice(at, at + 4));
}

function tooLarge(file: string, line: number, why: string): DesiredStateError {
  return new DesiredStateError(
    'DESIRED_TOO_LARGE',
    `${file}:${line}: ${why}: move large content to files named with source, or run another installation`,
  );
}
