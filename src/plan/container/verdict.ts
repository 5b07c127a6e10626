import type { ObservedContainer } from '../../model/observed.ts';
import type { ContainerSpec } from '../../model/specs.ts';
import type { Readiness } from './readiness.ts';

/** How a started container fares. `until`: milliseconds since the epoch at which a pending verdict must be taken again. */
export type Verdict =
  | { readonly type: 'good' }
  | { readonly type: 'pending'; readonly until: number; readonly message: string }
  | { readonly type: 'bad'; readonly reason: string };

/** Without a health check, running this long without a restart counts as healthy. */
const SETTLED_MILLISECONDS = 3000;

/** Between two looks while there is no answer yet. */
const UNASKED_MILLISECONDS = 5000;

const HELD_BY_ANOTHER = /already allocated|already in use/i;
const ENDED_BY_SIGNAL: ReadonlySet<number> = new Set([130, 137, 143]);
const GRACE_FOR_SIGNALS = 600_000;

/**
 * A replacement that was started (or whose start failed) to whether it may take over.
 *
 * @param readiness what it says itself, where its spec wants it asked
 */
export function replacementVerdict(
  container: ObservedContainer,
  spec: ContainerSpec,
  now: number,
  readiness?: Readiness,
): Verdict {
  const deadline = container.startedAt + spec.healthyWithin;
  switch (container.state) {
    case 'created':
      if (container.error === '') return { type: 'pending', until: now, message: 'not started yet' };
      // What it needs may be held by a container that gives it up in this very pass.
      if (HELD_BY_ANOTHER.test(container.error) && now < container.createdAt + spec.healthyWithin)
        return { type: 'pending', until: now, message: `it could not be started yet: ${container.error}` };
      return { type: 'bad', reason: `it could not be started: ${container.error}` };
    case 'exited':
      if (spec.runPolicy === 'once' && container.exitCode === 0) return { type: 'good' };
      // Ended from outside: a reboot, `docker stop`. That says nothing of the spec.
      if (ENDED_BY_SIGNAL.has(container.exitCode) && now < container.createdAt + GRACE_FOR_SIGNALS)
        return { type: 'pending', until: now, message: 'ended by a signal, to be started again' };
      return {
        type: 'bad',
        reason: `it exited with code ${container.exitCode}${container.error === '' ? '' : `: ${container.error}`}`,
      };
    case 'dead':
    case 'removing':
      return { type: 'bad', reason: `it is ${container.state}` };
    case 'restarting':
      return {
        type: 'bad',
        reason: `it keeps exiting (code ${container.exitCode}, ${container.restartCount} restarts)`,
      };
    case 'paused':
      return { type: 'pending', until: now + 1000, message: 'paused by somebody' };
    case 'running':
      break;
  }
  if (container.restartCount > 0)
    return { type: 'bad', reason: `it exited and was restarted ${container.restartCount} times` };
  if (container.health === 'unhealthy')
    return {
      type: 'bad',
      reason: `its health check fails${container.healthOutput === '' ? '' : `: ${container.healthOutput}`}`,
    };
  if (container.health === 'starting') {
    if (now >= deadline)
      return { type: 'bad', reason: `it was not healthy within ${spec.healthyWithin / 1000} s (healthyWithin)` };
    return { type: 'pending', until: deadline, message: 'waiting for its health check' };
  }
  if (readiness !== undefined) return readinessVerdict(readiness, deadline, spec, now);
  if (container.health === 'healthy') return { type: 'good' };
  const settled = container.startedAt + Math.min(SETTLED_MILLISECONDS, spec.healthyWithin);
  return now >= settled
    ? { type: 'good' }
    : { type: 'pending', until: settled, message: 'must keep running for a moment' };
}

function readinessVerdict(readiness: Readiness, deadline: number, spec: ContainerSpec, now: number): Verdict {
  if (readiness.type === 'ready') return { type: 'good' };
  // The operator may have been away until after the deadline: that nobody asked is nobody's fault.
  if (readiness.type !== 'notReady')
    return {
      type: 'pending',
      until: Math.max(deadline, now + UNASKED_MILLISECONDS),
      message: 'to be asked whether it is ready',
    };
  if (now >= deadline)
    return {
      type: 'bad',
      reason: `it was not ready within ${spec.healthyWithin / 1000} s (healthyWithin): ${readiness.message}`,
    };
  return { type: 'pending', until: deadline, message: `not ready yet (${readiness.message})` };
}
