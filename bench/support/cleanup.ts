/** What has to be undone, whatever happens; the last is undone first. */
export class Cleanup {
  readonly #undo: (() => Promise<void>)[] = [];

  add(undo: () => Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Undoes everything; a failure is told and does not keep the others. Safe to call twice. */
  async run(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      await undo().catch((error: unknown) => console.error(`bench: cleaning up: ${String(error)}`));
    }
  }
}
