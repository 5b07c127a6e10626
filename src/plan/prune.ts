import { parseKey, type Key } from '../model/key.ts';
import type { ConsentRequest } from '../model/plan.ts';
import { consentRequest } from './consent.ts';
import { isUp } from './container/replacement.ts';
import type { PlanContext } from './context.ts';
import { draft, type StepDraft } from './draft.ts';

/** Removal of all that is there of one resource that is ours and not wanted. */
export interface Removal {
  readonly key: Key;
  readonly steps: readonly StepDraft[];
  readonly consent: ConsentRequest | undefined;
  /** Never wanted as far as is remembered: another installation may have made it. */
  readonly isStrange: boolean;
}

/** One object on the engine that is ours by its labels and not wanted. */
interface Surplus {
  readonly key: Key;
  /** With its identity, for the consent. */
  readonly name: string;
  readonly isVolume: boolean;
  readonly isStrange: boolean;
  readonly steps: readonly StepDraft[];
}

/**
 * What to remove: owned objects only, and only when the whole desired set parsed and is not empty. Three things wait for
 * consent by name: volumes, more than `maxRemovals` others at once, and whatever is not remembered as wanted once
 * (`Memory.wanted`). The last have consents of their own, so that nobody lets them go with what was his.
 */
export function planPrune(context: PlanContext): Removal[] {
  const { desired } = context.input;
  if (!desired.complete || desired.resources.length === 0) return [];
  const surplus = surplusObjects(context);
  const removals = [false, true].flatMap((isStrange) =>
    [false, true].flatMap((isVolume) => {
      const lot = surplus.filter((each) => each.isStrange === isStrange && each.isVolume === isVolume);
      const keys = [...new Set(lot.map(({ key }) => key))];
      const free = isStrange || isVolume ? 0 : desired.bastion.maxRemovals;
      const consent =
        keys.length > free
          ? consentRequest(
              'prune',
              lot.map(({ name }) => (isStrange ? `${name}, which was never in this desired state` : name)),
            )
          : undefined;
      return keys.map((key) => {
        const steps = lot.filter((each) => each.key === key).flatMap((each) => each.steps);
        return { key, steps, consent, isStrange };
      });
    }),
  );
  return removals.sort((a, b) => (a.key < b.key ? -1 : 1));
}

function surplusObjects({ input }: PlanContext): Surplus[] {
  const { desired, observed, memory } = input;
  const wanted = new Set<string>(desired.resources.map(({ key }) => key));
  const select = <T extends { readonly owner?: { readonly instance: string; readonly key: Key } }>(
    objects: readonly T[],
    describe: (object: T, cause: string) => Pick<Surplus, 'name' | 'isVolume' | 'steps'> | undefined,
  ): Surplus[] =>
    objects.flatMap((object) => {
      const { owner } = object;
      if (owner === undefined || owner.instance !== desired.instance) return [];
      const { key } = owner;
      if (parseKey(key) === undefined || wanted.has(key)) return [];
      const isStrange = memory.wanted[key] !== desired.instance;
      const described = describe(object, isStrange ? 'never in this desired state' : 'no longer in the desired state');
      return described === undefined ? [] : [{ ...described, key, isStrange }];
    });
  const containers = select([...observed.containers].sort(byId), (container, cause) => {
    if (container.state === 'removing') return undefined;
    const { id } = container;
    const steps = [
      ...(isUp(container) && container.state !== 'paused' ? [draft('StopContainer', { container: id }, cause)] : []),
      draft('RemoveContainer', { container: id, removeAnonymousVolumes: false }, cause),
    ];
    return { name: `container ${container.name} (${id.slice(0, 12)})`, isVolume: false, steps };
  });
  const networks = select([...observed.networks].sort(byId), ({ id, name }, cause) => ({
    name: `network ${name} (${id.slice(0, 12)})`,
    isVolume: false,
    steps: [draft('RemoveNetwork', { network: id }, cause)],
  }));
  const volumes = select(observed.volumes, ({ name, createdAt }, cause) => ({
    name: `volume ${name} made ${createdAt} with all its data`,
    isVolume: true,
    steps: [draft('RemoveVolume', { name }, cause)],
  }));
  return [...containers, ...networks, ...volumes];
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
