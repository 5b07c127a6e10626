import { readTogether, versionOf } from './read-together.ts';

/** Keeps what is made of TLS files current: it is made anew when the files change and fit together. */
export class TlsReloader<Made> {
  readonly #paths: readonly string[];
  readonly #make: (contents: readonly Buffer[]) => Made;
  #version: string | undefined;
  #refused: string | undefined;
  #made: Made | undefined;
  #failures = 0;

  /** `make` throws when the contents (in the order of the paths) do not fit together. */
  constructor(paths: readonly string[], make: (contents: readonly Buffer[]) => Made) {
    this.#paths = paths;
    this.#make = make;
  }

  /** What was made of the last good files. */
  get made(): Made | undefined {
    return this.#made;
  }

  /** Versions of the files that could not be used. */
  get failures(): number {
    return this.#failures;
  }

  /**
   * Looks whether the files changed and takes them up. True: there is something new. Rejects when they cannot be read or
   * used; what was made before stays. The same unusable files are tried once.
   */
  async refresh(): Promise<boolean> {
    const present = await versionOf(this.#paths);
    if (present === this.#version || present === this.#refused) return false;
    const { version, contents } = await readTogether(this.#paths);
    try {
      this.#made = this.#make(contents);
    } catch (error) {
      this.#refused = version;
      this.#failures++;
      throw error;
    }
    this.#version = version;
    this.#refused = undefined;
    return true;
  }
}
