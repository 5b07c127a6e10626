import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import { Field, type FieldPath } from '../field.ts';
import { isWithin } from '../normalise/host-path.ts';
import { bindDevice } from '../normalise/local-volume.ts';
import { readMount, type MountEntry } from '../normalise/mounts.ts';
import { ownedPaths } from '../owned-paths.ts';
import { FORBIDDEN_PLACES } from './forbidden-places.ts';
import { hostControl } from './host-control.ts';
import { violation, type Rule, type Violation } from './rule.ts';

/** Host paths lie below the directories that the Bastion resource allows. */
export const allowedRoots: Rule = {
  name: 'allowed-roots',
  exceptions: true,
  check(draft, bastion) {
    if (draft.kind === 'Volume') {
      const device = bindDevice(draft.spec);
      return device === undefined ? [] : checkPath(device, bastion, ['spec', 'driver_opts', 'device']);
    }
    if (draft.kind === 'Container') return checkMounts(draft.written.volumes ?? [], bastion, ['spec', 'volumes']);
    const owned = checkOwned(draft, bastion);
    if (draft.kind !== 'File' && draft.kind !== 'FilePatch') return owned;
    return [...owned, ...checkMounts(draft.written.check?.volumes ?? [], bastion, ['spec', 'check', 'volumes'])];
  },
};

function checkMounts(entries: readonly MountEntry[], bastion: BastionSpec, at: FieldPath): Violation[] {
  return entries.flatMap((entry, position) => {
    const mount = readMount(entry, new Field([], []));
    if (mount?.type !== 'bind' || mount.source === undefined) return [];
    return checkPath(mount.source, bastion, [...at, position]);
  });
}

/** Default places of all resources lie below one directory, which the Bastion names. */
function checkOwned(draft: Draft, bastion: BastionSpec): Violation[] {
  const paths = ownedPaths(draft);
  const written = paths.filter(({ field }) => field in draft.written);
  const standard = paths.some(({ field }) => !(field in draft.written));
  return [
    ...written.flatMap(({ field, path }) => checkPath(path, bastion, ['spec', field])),
    ...(standard ? checkPath(bastion.pkiDirectory, bastion, ['spec', 'pkiDirectory']).map(ofBastion) : []),
  ];
}

function ofBastion(found: Violation): Violation {
  return { ...found, ofBastion: true };
}

function checkPath(path: string, bastion: BastionSpec, at: FieldPath): Violation[] {
  const forbidden = FORBIDDEN_PLACES.find((place) => isWithin(path, place) || isWithin(place, path));
  if (forbidden !== undefined)
    return [
      hostControl(
        `${path} ${path === forbidden || isWithin(path, forbidden) ? 'gives' : `holds ${forbidden}, which gives`} control over the host`,
        ...at,
      ),
    ];
  if (bastion.allowedRoots.some((root) => isWithin(path, root))) return [];
  return [
    violation(
      `${path} lies outside the allowed roots (${bastion.allowedRoots.join(', ')}): move it, or add a root to the Bastion resource`,
      ...at,
    ),
  ];
}
