import type { ObservedTarget } from '../../model/observed-services.ts';
import type { TargetSpec } from '../../model/service-spec.ts';

/** A target as Prometheus shows it, of all that it has; undefined: it does not scrape it. */
export function findTarget(
  { job, host, port }: Pick<TargetSpec, 'job' | 'host' | 'port'>,
  targets: readonly ObservedTarget[],
): ObservedTarget | undefined {
  return targets.find((target) => target.job === job && target.instance === `${host}:${port}`);
}
