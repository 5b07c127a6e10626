import type { FieldChange } from '../model/fields.ts';
import type { ObservedContainer } from '../model/observed.ts';

interface Entry {
  readonly inputs: readonly unknown[];
  readonly changes: readonly FieldChange[];
}

/**
 * Remembers field diffs by the identity of their inputs. The observer returns the same object while a container did not
 * change, so a pass over an unchanged machine compares nothing twice. Planning with and without it gives the same plan.
 */
export class PlanCache {
  readonly #entries = new WeakMap<ObservedContainer, Entry>();

  /** The cached changes when every input is the identical object, else what `compute` returns. */
  changes(
    container: ObservedContainer,
    inputs: readonly unknown[],
    compute: () => readonly FieldChange[],
  ): readonly FieldChange[] {
    const entry = this.#entries.get(container);
    if (entry && entry.inputs.length === inputs.length && entry.inputs.every((input, index) => input === inputs[index]))
      return entry.changes;
    const changes = compute();
    this.#entries.set(container, { inputs, changes });
    return changes;
  }
}
