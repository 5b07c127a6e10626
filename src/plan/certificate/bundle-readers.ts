import { materialDigest, servedId } from '../../model/certificate-identity.ts';
import type { CertificateConsumer } from '../../model/certificate-specs.ts';
import type { Key } from '../../model/key.ts';
import type { ObservedContainer } from '../../model/observed.ts';
import type { ObservedPem } from '../../model/observed-certificates.ts';
import type { Resource } from '../../model/resource.ts';
import { actionSteps } from '../action-steps.ts';
import type { PlanContext } from '../context.ts';
import { draft, type StepDraft } from '../draft.ts';
import { isLater } from '../is-later.ts';
import { mustBeLeftAlone } from '../left-alone.ts';
import { runningContainer } from '../running-container.ts';
import { inTurn } from './in-turn.ts';
import { toldOf, toldRecord } from './told.ts';

type ParsedBundle = Extract<ObservedPem, { readonly state: 'parsed' }>;

/** A consumer of the authority itself that runs. */
interface BundleReader {
  readonly consumer: CertificateConsumer;
  readonly container: ObservedContainer;
}

/** Those who read an authority's bundle, have no certificate of it, and were not told of the bundle as it is. */
export function untoldReaders(
  { key, spec }: Resource<'CertificateAuthority'>,
  bundle: ObservedPem | undefined,
  context: PlanContext,
): BundleReader[] {
  if (bundle?.state !== 'parsed') return [];
  const { memory, now } = context.input;
  const told = toldOf(memory.notified[key], materialOf(bundle));
  return spec.consumers.flatMap((consumer) => {
    const container = consumer.container === undefined ? undefined : runningContainer(consumer.container, context);
    if (container === undefined || consumer.action.type === 'none' || told.has(servedId(key, consumer))) return [];
    return isLater(container.startedAt, bundle.modifiedAt, now) ? [] : [{ consumer, container }];
  });
}

/** What is to be done so that they know of it, and the resources whose containers that touches. */
export function planBundleReaders(
  resource: Resource<'CertificateAuthority'>,
  bundle: ObservedPem | undefined,
  context: PlanContext,
): { readonly steps: readonly StepDraft[]; readonly touches: readonly Key[] } {
  if (bundle?.state !== 'parsed') return { steps: [], touches: [] };
  const { key } = resource;
  const material = materialOf(bundle);
  const told = new Set(toldOf(context.input.memory.notified[key], material));
  const cause = `${key} changed`;
  const readers = inTurn(untoldReaders(resource, bundle, context), resource, context);
  const free = readers.filter(({ container: { owner } }) => !owner || !mustBeLeftAlone(owner.key, context));
  const chosen = free.length > 0 ? free : readers;
  return {
    steps: chosen.flatMap(({ consumer, container }) => {
      told.add(servedId(key, consumer));
      return [
        ...actionSteps(consumer.action, container, cause, context.input),
        draft('RecordNotified', { digest: toldRecord(material, told) }, cause),
      ];
    }),
    touches: chosen.flatMap(({ container }) => container.owner?.key ?? []),
  };
}

function materialOf({ certificates }: ParsedBundle): string {
  return materialDigest(
    '',
    certificates.map(({ fingerprint }) => fingerprint),
  );
}
