import { createHash } from 'node:crypto';

/** Ids that look like the engine's and follow from a seed, so that a failing test can be run again. */
export class IdSource {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  /** 64 hexadecimal digits. */
  next(): string {
    return hashOf(`${this.#seed}:${this.#count++}`);
  }
}

/** sha256 of a text as 64 hexadecimal digits. */
export function hashOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}
