import { parseKey, type Key } from '../model/key.ts';
import type { ConsentRequest } from '../model/plan.ts';
import { consentRequest } from './consent.ts';
import { isUp } from './container/replacement.ts';
import type { PlanContext } from './context.ts';
import { draft, type StepDraft } from './draft.ts';

/** Removal of one thing that is ours and no longer wanted. */
export interface Removal {
  readonly key: Key;
  readonly steps: readonly StepDraft[];
  readonly consent: ConsentRequest | undefined;
}

const CAUSE = 'no longer in the desired state';

/**
 * What to remove: owned objects only, and only when the whole desired set parsed and is not empty. A volume, and more
 * than `maxRemovals` other things at once, wait for consent by name.
 */
export function planPrune(context: PlanContext): Removal[] {
  const { desired, observed } = context.input;
  if (!desired.complete || desired.resources.length === 0) return [];
  const wanted = new Set<string>(desired.resources.map((resource) => resource.key));
  const isSurplus = (object: { owner?: { instance: string; key: Key } }): boolean =>
    object.owner !== undefined &&
    object.owner.instance === desired.instance &&
    parseKey(object.owner.key) !== undefined &&
    !wanted.has(object.owner.key);

  const plain = new Map<Key, { steps: StepDraft[]; names: string[] }>();
  const add = (key: Key, name: string, steps: StepDraft[]): void => {
    const entry = plain.get(key) ?? { steps: [], names: [] };
    entry.steps.push(...steps);
    entry.names.push(name);
    plain.set(key, entry);
  };
  for (const container of [...observed.containers].filter(isSurplus).sort(byId)) {
    if (container.state === 'removing' || !container.owner) continue;
    const stop =
      isUp(container) && container.state !== 'paused'
        ? [draft('StopContainer', { container: container.id }, CAUSE)]
        : [];
    add(container.owner.key, `container ${container.name} (${container.id.slice(0, 12)})`, [
      ...stop,
      draft('RemoveContainer', { container: container.id, removeAnonymousVolumes: false }, CAUSE),
    ]);
  }
  for (const network of [...observed.networks].filter(isSurplus).sort(byId))
    if (network.owner)
      add(network.owner.key, `network ${network.name} (${network.id.slice(0, 12)})`, [
        draft('RemoveNetwork', { network: network.id }, CAUSE),
      ]);

  const names = [...plain.values()].flatMap((entry) => entry.names);
  const consent = plain.size > desired.bastion.maxRemovals ? consentRequest('prune', names) : undefined;
  const volumes = observed.volumes.filter(isSurplus);
  const volumeConsent =
    volumes.length === 0
      ? undefined
      : consentRequest(
          'prune',
          volumes.map((volume) => `volume ${volume.name} made ${volume.createdAt} with all its data`),
        );
  return [
    ...[...plain].map(([key, { steps }]) => ({ key, steps, consent })),
    ...volumes.flatMap((volume) =>
      volume.owner
        ? [
            {
              key: volume.owner.key,
              steps: [draft('RemoveVolume', { name: volume.name }, CAUSE)],
              consent: volumeConsent,
            },
          ]
        : [],
    ),
  ].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}
