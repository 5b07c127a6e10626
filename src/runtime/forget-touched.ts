import type { EngineEvent } from '../engine/wire.ts';
import type { Observed } from '../model/observed.ts';
import type { Step } from '../model/step.ts';
import type { Observer } from '../observe/observer.ts';

/**
 * Makes the observer forget what our own steps touched: their events may come after the next look, and a cache that does
 * not show one's own writes plans them twice.
 */
export function forgetTouched(
  steps: readonly Step[],
  observed: Observed | undefined,
  observer: Pick<Observer, 'invalidate'>,
): void {
  const containers = new Set<string>();
  const types = new Set<EngineEvent['Type']>();
  for (const step of steps) {
    const args: object = step.args;
    if ('container' in args && typeof args.container === 'string') containers.add(args.container);
    if (step.op === 'CreateContainer') containers.add(step.args.name);
    if (step.op.endsWith('Network')) types.add('network');
    if (step.op.endsWith('Volume')) types.add('volume');
    if (step.op.endsWith('Image')) types.add('image');
    containers.add(step.target);
  }
  for (const { id, name, owner } of observed?.containers ?? []) {
    if (containers.has(name) || (owner !== undefined && containers.has(owner.key))) containers.add(id);
  }
  for (const id of containers) if (!id.includes('/')) observer.invalidate(ownEvent('container', id));
  for (const type of types) observer.invalidate(ownEvent(type, ''));
}

function ownEvent(type: EngineEvent['Type'], id: string): EngineEvent {
  return { Type: type, Action: 'touched', Actor: { ID: id, Attributes: {} } };
}
