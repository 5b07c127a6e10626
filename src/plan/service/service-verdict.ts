import { keyOf, type StackKind } from '../../model/key.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { GrafanaAnswer, ObservedService, TraefikAnswer } from '../../model/observed-services.ts';
import type { Resource } from '../../model/resource.ts';
import type { ServiceSpec } from '../../model/service-spec.ts';
import { findInstances } from '../container/instances.ts';
import type { PlanContext } from '../context.ts';
import { size } from '../pressure/level-cause.ts';
import { answering } from './answering.ts';
import { grafanaConditions } from './grafana-conditions.ts';
import { pressureVerdict } from './pressure-verdict.ts';
import { prometheusVerdict } from './prometheus-verdict.ts';
import { scrapeVerdict } from './scrape-verdict.ts';
import { targetStanding } from './target-standing.ts';
import { targetsOf } from './targets-of.ts';
import { together, trouble, verdict, type Verdict } from './verdict.ts';
import { serviceOf } from './wanted-services.ts';

/** A kill for want of memory is told for so long. */
const OUT_OF_MEMORY_MILLISECONDS = 3_600_000;

/**
 * What services say of a high-level resource: its own, if it has one, and the Prometheus that scrapes it. Where nobody
 * asks services (`bastion plan`), nothing is known against it.
 */
export function serviceVerdict(resource: Resource<StackKind>, context: PlanContext): Verdict {
  const { services } = context.input.observed;
  const own = serviceOf(resource);
  const container = own === undefined ? undefined : containerOf(own, context);
  const found = services?.[resource.key];
  return together([
    own === undefined || services === undefined ? verdict() : ownVerdict(resource, own, found, container, context),
    outOfMemory(container, found, context.input.now),
    own?.type === 'prometheus'
      ? pressureVerdict({
          resource,
          spec: own,
          found: found?.type === own.type ? found : undefined,
          container,
          context,
        })
      : verdict(),
    services === undefined ? verdict() : scrapes(resource, context),
  ]);
}

/** Running or not. */
function containerOf({ at }: ServiceSpec, context: PlanContext): ObservedContainer | undefined {
  const key = at.container === undefined ? undefined : keyOf('Container', at.container);
  const resource = context.input.desired.resources.find(
    (candidate): candidate is Resource<'Container'> => candidate.kind === 'Container' && candidate.key === key,
  );
  return resource && findInstances(resource, context).current;
}

function ownVerdict(
  resource: Resource<StackKind>,
  own: ServiceSpec,
  found: ObservedService | undefined,
  container: ObservedContainer | undefined,
  context: PlanContext,
): Verdict {
  const { now } = context.input;
  const name = container?.name;
  switch (own.type) {
    case 'prometheus': {
      const { verdict: reached, answer } = answering(found?.type === own.type ? found : undefined, name, now);
      return answer === undefined
        ? reached
        : together([reached, prometheusVerdict(resource.key, answer, own.targets, context)]);
    }
    case 'grafana': {
      const { verdict: reached, answer } = answering(found?.type === own.type ? found : undefined, name, now);
      return answer === undefined ? reached : together([reached, grafanaVerdict(answer, now)]);
    }
    case 'traefik': {
      const { verdict: reached, answer } = answering(found?.type === own.type ? found : undefined, name, now);
      return answer === undefined ? reached : together([reached, traefikVerdict(answer)]);
    }
  }
}

function grafanaVerdict(answer: GrafanaAnswer, now: number): Verdict {
  const troubles = grafanaConditions({ type: 'grafana', at: now, answer }, now);
  return verdict({ troubles, isServing: answer.isDatabaseWell });
}

function traefikVerdict({ errors, problems, total }: TraefikAnswer): Verdict {
  if (errors === 0) return verdict();
  return trouble(
    'RoutesInError',
    `${errors} of its ${total} routers, services and middlewares have errors and are out of use: ${problems.join('; ')}`,
  );
}

function outOfMemory(
  container: ObservedContainer | undefined,
  found: ObservedService | undefined,
  now: number,
): Verdict {
  const at = container?.outOfMemoryAt;
  if (container === undefined || at === undefined || at > now || now - at >= OUT_OF_MEMORY_MILLISECONDS)
    return verdict();
  const memory = found?.type === 'prometheus' ? found.memory : undefined;
  const limit = memory === undefined ? '' : ` (limit ${size(memory.limit)})`;
  return trouble(
    'OutOfMemory',
    `${container.name} was killed for want of memory at ${new Date(at).toISOString()}${limit}; give it more, or less to do`,
    { wakeAt: at + OUT_OF_MEMORY_MILLISECONDS },
  );
}

/** How the targets of the resource are scraped. */
function scrapes(resource: Resource<StackKind>, context: PlanContext): Verdict {
  const { observed, desired } = context.input;
  const own = targetsOf(desired).get(resource.key) ?? [];
  const standings = own.map(({ prometheus, spec }) => {
    const found = observed.services?.[prometheus];
    const answer = found?.type === 'prometheus' && found.failure === undefined ? found.answer : undefined;
    return { spec, standing: targetStanding(spec, prometheus, answer, context) };
  });
  const areAllUp = standings.every(({ standing }) => standing.type === 'up');
  const verdicts = standings.map((each) =>
    scrapeVerdict({ ...each, resource, areAllUp, hasAddressLoop: own.length === 1, context }),
  );
  // A restart at a time: what it mends shows before the next.
  const restarting = verdicts.findIndex(({ touches }) => touches.length > 0);
  return together(
    verdicts.map((each, index) =>
      restarting === -1 || index === restarting || each.touches.length === 0
        ? each
        : { ...each, steps: [], touches: [] },
    ),
  );
}
