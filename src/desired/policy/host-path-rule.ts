import type { BastionSpec } from '../../model/specs.ts';
import type { FieldPath } from '../field.ts';
import type { HostPlaces } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';
import { findForbidden } from './forbidden-places.ts';
import { hostControl } from './host-control.ts';
import { violation, type Violation } from './rule.ts';

/** How a path is looked at. */
export interface HostPathLook {
  readonly bastion: Pick<BastionSpec, 'allowedRoots'>;
  readonly places: HostPlaces;
  /** Nothing can be written through it. */
  readonly isReadOnly?: boolean;
  /** It is written by a rename, which takes the place of a symlink; otherwise the symlink is followed. */
  readonly isReplaced?: boolean;
}

/**
 * A host path of a manifest lies below an allowed root and in no forbidden place, as it is written and where its
 * symlinks lead. At most one violation.
 *
 * @param path plain, without the prefix of --root
 */
export function checkHostPath(path: string, look: HostPathLook, at: FieldPath): Violation[] {
  const { places, isReplaced = false } = look;
  return checkRealPath(path, isReplaced ? places.entry(path) : places.real(path), look, at);
}

/**
 * As `checkHostPath`, of a path whose real one is known already: of what was opened, say.
 *
 * @param real without the prefix of --root
 */
export function checkRealPath(path: string, real: string, look: HostPathLook, at: FieldPath): Violation[] {
  const { bastion, places, isReadOnly = false } = look;
  const shown = real === path ? path : `${path}, which leads to ${real},`;
  for (const each of [path, real]) {
    const forbidden = findForbidden(each, !isReadOnly, places);
    if (forbidden === undefined) continue;
    const gives = isWithin(each, forbidden) ? 'gives' : `holds ${forbidden}, which gives`;
    return [hostControl(`${each === path ? path : shown} ${gives} control over the host`, ...at)];
  }
  const roots = bastion.allowedRoots;
  if (!roots.some((root) => isWithin(path, root)))
    return [
      violation(
        `${path} lies outside the allowed roots (${roots.join(', ')}): move it, or add a root to the Bastion resource`,
        ...at,
      ),
    ];
  // A time zone is where it is for everybody: /etc/localtime is a symlink on every machine.
  if (isWithin(real, '/usr/share/zoneinfo') || roots.some((root) => isWithin(real, places.real(root)))) return [];
  // Who writes the manifests can make symlinks, so that no annotation of theirs counts here alone.
  return [hostControl(`${shown} leaves the allowed roots (${roots.join(', ')}) through a symlink`, ...at)];
}
