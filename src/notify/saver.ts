/** Saves what changes, one save after the other; changes that come meanwhile make one more. A failure is told once in a row. */
export class Saver {
  readonly #save: () => Promise<void>;
  readonly #onFailure: (message: string) => void;
  #isDue = false;
  #running: Promise<void> | undefined;
  #hasFailed = false;

  constructor(save: () => Promise<void>, onFailure: (message: string) => void) {
    this.#save = save;
    this.#onFailure = onFailure;
  }

  /** Something changed. */
  due(): void {
    this.#isDue = true;
    this.#running ??= this.#run();
  }

  /** Resolves when nothing is left to be saved, with one last save. */
  async close(): Promise<void> {
    this.due();
    await this.#running;
  }

  async #run(): Promise<void> {
    // After what is changed together.
    await Promise.resolve();
    while (this.#isDue) {
      this.#isDue = false;
      try {
        await this.#save();
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed) this.#onFailure(error instanceof Error ? error.message : String(error));
        this.#hasFailed = true;
      }
    }
    this.#running = undefined;
  }
}
