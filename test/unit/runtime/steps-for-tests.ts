import type { Blocker, Step } from '../../../src/model/step.ts';
import type { Key } from '../../../src/model/key.ts';

/** A StartContainer step, the simplest there is. */
export function startStep(
  id: string,
  target: Key,
  options: { after?: readonly string[]; blockedBy?: readonly Blocker[] } = {},
): Step<'StartContainer'> {
  return {
    id,
    op: 'StartContainer',
    target,
    cause: 'drift',
    fields: [{ path: 'state', want: 'running', got: 'exited' }],
    after: options.after ?? [],
    risk: 'safe',
    blockedBy: options.blockedBy ?? [],
    args: { container: target.slice(target.indexOf('/') + 1) },
  };
}
