import type { Key } from '../model/key.ts';
import type { Step } from '../model/step.ts';

/** The steps that may run now: not blocked, and nothing that they come after is left out. In the plan's order. */
export function runnableSteps(steps: readonly Step[]): Step[] {
  const runnable = new Set<string>();
  return steps.filter((step) => {
    const runs = step.blockedBy.length === 0 && step.after.every((id) => runnable.has(id));
    if (runs) runnable.add(step.id);
    return runs;
  });
}

/**
 * Splits a closed DAG of steps into parts that have neither an edge nor a target in common, so that each can run and
 * settle by itself. Order within a part is the plan's.
 */
export function connectedComponents(steps: readonly Step[]): Step[][] {
  const parent = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    // Path compression keeps long chains linear.
    for (let node = name; node !== root;) {
      const next = parent.get(node) ?? root;
      parent.set(node, root);
      node = next;
    }
    return root;
  };
  const join = (a: string, b: string): void => {
    const [left, right] = [rootOf(a), rootOf(b)];
    if (left !== right) parent.set(right, left);
  };
  for (const step of steps) {
    join(step.id, step.target);
    for (const before of step.after) join(step.id, before);
  }
  const components = new Map<string, Step[]>();
  for (const step of steps) {
    const root = rootOf(step.id);
    const component = components.get(root);
    if (component === undefined) components.set(root, [step]);
    else component.push(step);
  }
  return [...components.values()];
}

/**
 * Of a closed DAG of steps those that can run side by side: what touches a resource that is busy, or that has or is
 * touched by steps of another part, is left for a later pass. In the plan's order.
 *
 * @param touchedBy resources whose objects a step touches besides its target's
 */
export function separateSteps(
  steps: readonly Step[],
  touchedBy: (step: Step) => readonly Key[],
  busy: ReadonlySet<Key>,
): Step[] {
  const taken = new Set(busy);
  return connectedComponents(steps)
    .filter((component) => {
      const keys = new Set(component.flatMap((step) => [step.target, ...touchedBy(step)]));
      if ([...keys].some((key) => taken.has(key))) return false;
      for (const key of keys) taken.add(key);
      return true;
    })
    .flat();
}
