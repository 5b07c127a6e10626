import type { Key } from '../model/key.ts';
import type { Observed } from '../model/observed.ts';
import type { Step } from '../model/step.ts';

/**
 * Makes the function from a step to the resources whose containers it touches though they are not its target: the
 * members of a network that is made anew, the consumers of a file.
 */
export function touchedKeys(observed: Observed, instance: string): (step: Step) => readonly Key[] {
  const keys = new Map<string, Key>();
  for (const { id, name, owner } of observed.containers) {
    if (owner?.instance !== instance) continue;
    keys.set(name, owner.key);
    keys.set(id, owner.key);
  }
  return (step) => {
    const args: object = step.args;
    const key = 'container' in args && typeof args.container === 'string' ? keys.get(args.container) : undefined;
    return key === undefined || key === step.target ? [] : [key];
  };
}
