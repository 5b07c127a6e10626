import { containerEvent, type FakeContainer, type World } from './world.ts';

const DEFAULT_INTERVAL = 30_000;

/** Starts the health check of a container that begins to run; afresh unless it only goes on after a pause. */
export function startHealth(world: World, container: FakeContainer, afresh: boolean): void {
  const { Config, State } = container.inspect;
  const test = Config.Healthcheck?.Test ?? [];
  if (test.length === 0 || test[0] === 'NONE') return;
  if (afresh) State.Health = { Status: 'starting', ...{ FailingStreak: 0 }, Log: [] };
  const interval = (Config.Healthcheck?.Interval ?? 0) / 1e6 || DEFAULT_INTERVAL;
  const verdicts = container.behaviour.health ?? [{ status: 'healthy', afterMilliseconds: interval }];
  for (const { status, afterMilliseconds } of verdicts) {
    container.cancels.push(world.clock.after(afterMilliseconds, () => setHealth(world, container, status)));
  }
}

/** The engine calls a container unhealthy whose health check is not running, and tells nobody. */
export function stopHealth(container: FakeContainer): void {
  const { Health } = container.inspect.State;
  if (Health) Health.Status = 'unhealthy';
}

function setHealth(world: World, container: FakeContainer, status: 'healthy' | 'unhealthy'): void {
  const { Health } = container.inspect.State;
  if (!Health) return;
  const changed = Health.Status !== status;
  Health.Status = status;
  Health.Log = [...(Health.Log ?? []), { ExitCode: status === 'healthy' ? 0 : 1, Output: `is ${status}` }].slice(-5);
  if (changed) containerEvent(world, container, `health_status: ${status}`);
}
