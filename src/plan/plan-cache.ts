interface Entry {
  readonly inputs: readonly unknown[];
  readonly result: unknown;
}

/**
 * Remembers what was made of something observed by the identity of all inputs. The observer returns the same object while
 * a container or a file did not change, so a pass over an unchanged machine compares nothing twice. Planning with and
 * without it gives the same plan.
 */
export class PlanCache {
  readonly #entries = new WeakMap<object, Entry>();

  /**
   * What was computed before, when every input is the identical object, else what `compute` returns.
   *
   * @param observed what it is made of; each thing has one use of its own
   */
  remember<T>(observed: object, inputs: readonly unknown[], compute: () => T): T {
    const entry = this.#entries.get(observed);
    if (entry && entry.inputs.length === inputs.length && entry.inputs.every((input, index) => input === inputs[index]))
      return entry.result as T;
    const result = compute();
    this.#entries.set(observed, { inputs, result });
    return result;
  }
}
