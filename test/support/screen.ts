/** What a terminal shows after what was written to it: as much of one as the program uses; anything else is an error. */
export class Screen {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  #width: number;

  constructor(width: number) {
    this.#width = width;
  }

  /** Rows without blanks at their ends. */
  get rows(): string[] {
    return this.#rows.map((row) => row.trimEnd());
  }

  /** Becomes narrower or wider, as terminals do it: lines are wrapped anew, and the cursor stays at its place in them. */
  resize(width: number): void {
    const above = this.#rows.slice(0, this.#row);
    const wrapped = above.flatMap((row) => row.match(new RegExp(`.{1,${width}}`, 'gu')) ?? ['']);
    this.#rows.splice(0, this.#row, ...wrapped);
    this.#row = wrapped.length;
    this.#width = width;
  }

  write(text: string): void {
    for (const [piece] of text.matchAll(/\u001b\[[\d;]*[A-Za-z]|[\s\S]/gu)) this.#take(piece);
  }

  #take(piece: string): void {
    if (piece === '\n') {
      // The terminal driver makes a carriage return of it, too.
      this.#column = 0;
      this.#down();
    } else if (piece === '\r') this.#column = 0;
    else if (piece.startsWith('\u001b[')) this.#control(piece);
    else if (piece < ' ') throw new Error(`the terminal does not know ${JSON.stringify(piece)}`);
    else this.#put(piece);
  }

  #control(sequence: string): void {
    const count = Number(sequence.slice(2, -1));
    if (sequence.endsWith('A')) this.#row = Math.max(0, this.#row - (count || 1));
    else if (sequence.endsWith('J')) {
      this.#rows.splice(this.#row + 1);
      this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    } else if (!sequence.endsWith('m')) throw new Error(`the terminal does not know ${JSON.stringify(sequence)}`);
  }

  #put(character: string): void {
    if (this.#column >= this.#width) {
      this.#column = 0;
      this.#down();
    }
    const row = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] = row.slice(0, this.#column) + character + row.slice(this.#column + 1);
    this.#column += 1;
  }

  #down(): void {
    this.#row += 1;
    this.#rows[this.#row] ??= '';
  }
}
