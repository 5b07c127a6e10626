import type { EngineEvent } from '../engine/wire.ts';
import { LABEL } from '../model/labels.ts';
import type { DesiredState } from '../model/resource.ts';
import { wantedReferences } from './images.ts';
import { isFormOf } from './relevance.ts';

/** The names in which a desired state takes an interest, also those that it only refers to. */
export interface EventInterest {
  readonly instance: string;
  readonly containers: ReadonlySet<string>;
  readonly networks: ReadonlySet<string>;
  readonly volumes: ReadonlySet<string>;
  /** Last component of each wanted image's repository: a short name and its full form are the same image. */
  readonly repositories: ReadonlySet<string>;
}

export function eventInterest(desired: DesiredState, instance: string): EventInterest {
  const containers = new Set<string>();
  const networks = new Set<string>();
  const volumes = new Set<string>();
  for (const resource of desired.resources) {
    if (resource.kind === 'Network') networks.add(resource.name);
    else if (resource.kind === 'Volume') volumes.add(resource.name);
    if (resource.kind !== 'Container') continue;
    const { spec } = resource;
    containers.add(resource.name);
    for (const mode of [spec.network_mode, spec.ipc, spec.pid])
      if (mode?.startsWith('container:')) containers.add(mode.slice('container:'.length));
    for (const name of Object.keys(spec.networks ?? {})) networks.add(name);
    for (const { type, source } of spec.volumes ?? [])
      if (type === 'volume' && source !== undefined) volumes.add(source);
  }
  const repositories = new Set(wantedReferences(desired).map(repositoryName));
  return { instance, containers, networks, volumes, repositories };
}

/**
 * Whether an event may be about something that a plan looks at. Foreign containers that restart, probe their health or
 * come and go as jobs make most of the events of a busy engine. What an event does not tell counts as relevant.
 *
 * @param isKnown whether a container's, network's or image's id or a volume's name is one that the last look found
 *   relevant
 */
export function matters(event: EngineEvent, interest: EventInterest, isKnown: (id: string) => boolean): boolean {
  const { Type, Action, Actor } = event;
  const { name, oldName = '', container } = Actor.Attributes;
  if (Actor.ID === '' || isKnown(Actor.ID)) return true;
  switch (Type) {
    case 'container':
      return (
        name === undefined ||
        Actor.Attributes[LABEL.instance] === interest.instance ||
        isFormOf(name, interest.containers) ||
        isFormOf(oldName.replace(/^\//, ''), interest.containers)
      );
    case 'network':
      return name === undefined || interest.networks.has(name) || (container !== undefined && isKnown(container));
    case 'volume':
      return interest.volumes.has(Actor.ID);
    case 'image':
      if (Action === 'pull') return interest.repositories.has(repositoryName(Actor.ID));
      if (Action === 'tag') return name === undefined || interest.repositories.has(repositoryName(name));
      return Action !== 'untag' && Action !== 'delete';
    default:
      return true;
  }
}

/** `app` of `registry:5000/tools/app:1@sha256:...`. */
function repositoryName(reference: string): string {
  const path = reference.replace(/@.*$/, '');
  return path.slice(path.lastIndexOf('/') + 1).replace(/:.*$/, '');
}
