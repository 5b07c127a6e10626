import type { BastionSpec } from '../../model/specs.ts';
import type { Draft } from '../draft.ts';
import { Field, type FieldPath } from '../field.ts';
import { bindDevice } from '../normalise/local-volume.ts';
import { readMount, type MountEntry } from '../normalise/mounts.ts';
import { ownedPaths } from '../owned-paths.ts';
import { checkHostPath, type HostPathLook } from './host-path-rule.ts';
import type { Rule, Violation } from './rule.ts';

type Look = HostPathLook & { readonly bastion: BastionSpec };

/** Host paths lie below the directories that the Bastion resource allows, also when their symlinks are followed. */
export const allowedRoots: Rule = {
  name: 'allowed-roots',
  exceptions: true,
  check(draft, bastion, places) {
    const look = { bastion, places };
    if (draft.kind === 'Volume') {
      const device = bindDevice(draft.spec);
      return device === undefined ? [] : checkHostPath(device, look, ['spec', 'driver_opts', 'device']);
    }
    if (draft.kind === 'Container') return checkMounts(draft.written.volumes ?? [], look, ['spec', 'volumes']);
    const owned = checkOwned(draft, look);
    if (draft.kind !== 'File' && draft.kind !== 'FilePatch') return owned;
    return [...owned, ...checkMounts(draft.written.check?.volumes ?? [], look, ['spec', 'check', 'volumes'])];
  },
};

function checkMounts(entries: readonly MountEntry[], look: Look, at: FieldPath): Violation[] {
  return entries.flatMap((entry, position) => {
    const mount = readMount(entry, new Field([], []));
    if (mount?.type !== 'bind' || mount.source === undefined) return [];
    return checkHostPath(mount.source, { ...look, isReadOnly: mount.read_only }, [...at, position]);
  });
}

/** Default places of all resources lie below one directory, which the Bastion names. */
function checkOwned(draft: Draft, look: Look): Violation[] {
  const paths = ownedPaths(draft);
  const written = paths.filter(({ field }) => field in draft.written);
  const standard = paths.some(({ field }) => !(field in draft.written));
  const owned = { ...look, isReplaced: true };
  return [
    ...written.flatMap(({ field, path }) => checkHostPath(path, owned, ['spec', field])),
    ...(standard ? checkHostPath(look.bastion.pkiDirectory, owned, ['spec', 'pkiDirectory']).map(ofBastion) : []),
  ];
}

function ofBastion(found: Violation): Violation {
  return { ...found, ofBastion: true };
}
