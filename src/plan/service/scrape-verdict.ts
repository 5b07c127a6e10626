import { keyOf } from '../../model/key.ts';
import type { Key, StackKind } from '../../model/key.ts';
import type { Level } from '../../model/levels.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { Resource } from '../../model/resource.ts';
import type { TargetSpec } from '../../model/service-spec.ts';
import type { PlanContext } from '../context.ts';
import { draft } from '../draft.ts';
import { nextAddress } from '../pressure/next-address.ts';
import { runningContainer } from '../running-container.ts';
import { nextRemediation } from '../scrape/next-remediation.ts';
import type { TargetStanding } from './target-standing.ts';
import { together, trouble, verdict, waitsFor, type Verdict } from './verdict.ts';

export interface ScrapeInput {
  /** Whose target it is. */
  readonly resource: Resource<StackKind>;
  readonly spec: TargetSpec;
  readonly standing: TargetStanding;
  /** Of all targets of the resource. */
  readonly areAllUp: boolean;
  /** Whether the target may be scraped by address; not where a resource has several. */
  readonly hasAddressLoop: boolean;
  readonly context: PlanContext;
}

/**
 * How one target of a resource is scraped, and what is done about it: its container is restarted a few times, its address
 * stands in for a name that does not resolve.
 */
export function scrapeVerdict(input: ScrapeInput): Verdict {
  const { standing, hasAddressLoop } = input;
  return together([
    standing.type === 'awaited' ? waitsFor('FirstScrape', standing.message, standing.until) : verdict(),
    remediation(input),
    hasAddressLoop ? addressLoop(input) : verdict(),
  ]);
}

function remediation({ resource, spec, standing, areAllUp, context }: ScrapeInput): Verdict {
  if (standing.type !== 'up' && standing.type !== 'down') return verdict();
  const { memory, now } = context.input;
  const done = memory.remediations[resource.key];
  const counted = done?.specHash === resource.attempt ? done : undefined;
  const container = servingContainer(spec, context);
  const { maxRestarts } = spec;
  const decision = nextRemediation({ target: standing.target, container, done: counted, maxRestarts, now });
  const record = (restarts: number, cause: string) =>
    draft('RecordRemediation', { specHash: resource.attempt, restarts }, cause, [
      { path: 'scrape.restarts', want: restarts, got: counted?.restarts ?? 0 },
    ]);
  if (standing.type === 'up')
    return verdict({
      steps: decision.type === 'forget' && areAllUp ? [record(0, 'up for 10 min')] : [],
      wakeAt: decision.type === 'proving' ? decision.at : undefined,
    });
  const { message, advice, reason } = standing;
  const told = trouble(
    reason,
    `${message}; ${advice}${triedText(decision.type, counted?.restarts ?? 0, spec, resource.key)}`,
    {
      isServing: false,
    },
  );
  if (decision.type === 'wait') return together([told, verdict({ wakeAt: decision.at })]);
  if (decision.type !== 'restart' || container === undefined) return told;
  const cause = `${message} (restart ${decision.restarts} of ${maxRestarts})`;
  const steps = [record(decision.restarts, cause), draft('RestartContainer', { container: container.id }, cause)];
  return together([told, verdict({ steps, touches: [keyOf('Container', spec.container ?? '')] })]);
}

/** Running, ours, and with nothing else to be done about it. */
function servingContainer({ container }: TargetSpec, context: PlanContext): ObservedContainer | undefined {
  if (container === undefined) return undefined;
  const decided = context.decided.get(keyOf('Container', container));
  return decided === undefined || decided.isReady ? runningContainer(container, context) : undefined;
}

function triedText(type: string, restarts: number, { container, maxRestarts }: TargetSpec, key: Key): string {
  if (type === 'exhausted')
    return `. Container/${container ?? ''} was restarted ${restarts} times in vain; once it is mended: bastion retry ${key}`;
  return restarts === 0 ? '' : `. Restarts tried: ${restarts} of ${maxRestarts}`;
}

function addressLoop({ resource, spec, standing, context }: ScrapeInput): Verdict {
  const { memory, now } = context.input;
  const level = memory.levels[resource.key]?.address;
  const { change, at } = nextAddress({
    target: 'target' in standing ? standing.target : undefined,
    level,
    address: spec.address ?? containerAddress(spec, context),
    isEnabled: spec.addressFallback !== false,
    now,
  });
  const byAddress = level?.level === 1 ? [standIn(spec, level)] : [];
  if (change === undefined) return together([...byAddress, verdict({ wakeAt: at })]);
  const { level: next, address, failures, cause } = change;
  const args = {
    loop: 'address' as const,
    level: next,
    cause,
    ...(address !== undefined && { address }),
    ...(failures !== undefined && { failures }),
  };
  const got = level?.level === 1 ? level.address : spec.host;
  const fields = [{ path: 'scrape.address', want: address ?? spec.host, got }];
  return together([...byAddress, verdict({ steps: [draft('RecordLevel', args, cause, fields)] })]);
}

function standIn({ host }: TargetSpec, { address }: Level): Verdict {
  return trouble(
    'NameNotResolved',
    `scraped at ${address ?? 'its address'}, because ${host} does not lead there inside Prometheus; the name is tried again by itself`,
  );
}

/** In the network in which it is scraped; while it does not run there is none. */
function containerAddress({ container, network }: TargetSpec, context: PlanContext): string | undefined {
  const addresses = (container === undefined ? undefined : runningContainer(container, context))?.addresses ?? {};
  if (network !== undefined) return addresses[network];
  const [first] = Object.keys(addresses).sort();
  return first === undefined ? undefined : addresses[first];
}
