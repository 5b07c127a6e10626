/** What has to be undone, whatever happens; the last is undone first. */
export class Cleanup {
  readonly #undo: (() => Promise<void>)[] = [];
  #running: Promise<void> = Promise.resolve();

  add(undo: () => Promise<void>): void {
    this.#undo.push(undo);
  }

  /** Undoes everything; a failure is told and does not keep the others. Called twice, it waits for the first. */
  run(): Promise<void> {
    this.#running = this.#running.then(() => this.#run());
    return this.#running;
  }

  async #run(): Promise<void> {
    for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) {
      await undo().catch((error: unknown) => console.error(`bench: cleaning up: ${String(error)}`));
    }
  }
}
