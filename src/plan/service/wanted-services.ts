import { keyOf, type Key } from '../../model/key.ts';
import type { Memory } from '../../model/memory.ts';
import type { DesiredState, Resource } from '../../model/resource.ts';
import type { Observed, ObservedContainer } from '../../model/observed.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import type { TlsAccess } from '../../model/tls-access.ts';
import { diskLadder, memoryLadder, type Ladder } from '../pressure/ladder.ts';
import { tlsAccess } from '../tls-access.ts';

/** A service that is to be asked, and all that it takes. */
export interface WantedService {
  readonly key: Key;
  readonly spec: ServiceSpec;
  readonly access: TlsAccess;
  /** The container that serves it, while it runs; absent: it does not, or it is not in a container of ours. */
  readonly container?: { readonly id: string; readonly startedAt: number };
  /** Shares in use at which the loops' next steps begin: what lies between two of them makes no difference now. */
  readonly thresholds: { readonly memory: readonly number[]; readonly disk: readonly number[] };
}

interface Seen {
  readonly desired: DesiredState;
  readonly observed: Observed;
  readonly memory: Pick<Memory, 'levels'>;
}

/** The services of all resources that have one, sorted by key. */
export function wantedServices({ desired, observed, memory }: Seen): WantedService[] {
  return desired.resources
    .flatMap((resource) => {
      const spec = serviceOf(resource);
      if (spec === undefined) return [];
      const container = servingContainer(spec, desired, observed);
      const levels = memory.levels[resource.key];
      const thresholds =
        spec.type === 'prometheus'
          ? {
              memory: near(memoryLadder(spec.memoryPressure), levels?.memory?.level ?? 0),
              disk: near(diskLadder(spec.diskPressure), levels?.disk?.level ?? 0),
            }
          : { memory: [], disk: [] };
      return [
        {
          key: resource.key,
          spec,
          access: tlsAccess(spec.at, { desired, observed }),
          ...(container && { container: { id: container.id, startedAt: container.startedAt } }),
          thresholds,
        },
      ];
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** What a resource offers to be asked; undefined: nothing. */
export function serviceOf(resource: Resource): ServiceSpec | undefined {
  return 'service' in resource.spec ? resource.spec.service : undefined;
}

/** The container that serves, while it runs; undefined: none of ours does. */
export function servingContainer(
  { at }: Pick<ServiceSpec, 'at'>,
  desired: DesiredState,
  observed: Observed,
): ObservedContainer | undefined {
  if (at.container === undefined) return undefined;
  const key = keyOf('Container', at.container);
  return observed.containers.find(
    ({ name, state, owner }) =>
      name === at.container && state === 'running' && owner?.key === key && owner.instance === desired.instance,
  );
}

function near(ladder: Ladder, level: number): number[] {
  // Of the steps up all that are left, since several may be taken at once.
  return [...ladder.slice(level).map(({ high }) => high), ...(ladder[level - 1] ? [ladder[level - 1]?.low ?? 0] : [])];
}
