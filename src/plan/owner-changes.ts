import type { FieldChange } from '../model/fields.ts';
import type { Observed, ObservedPath } from '../model/observed.ts';

/** Wanted owner, group and permission bits against a path to what differs. Names that the host does not know differ. */
export function ownerChanges(
  spec: { owner?: string; group?: string; mode: number },
  path: ObservedPath,
  observed: Observed,
): FieldChange[] {
  const changes: FieldChange[] = [];
  const compare = (
    field: string,
    wanted: string | undefined,
    got: number,
    names: Readonly<Record<string, number>>,
  ): void => {
    if (wanted === undefined) return;
    const id = /^\d+$/.test(wanted) ? Number(wanted) : names[wanted];
    if (id !== got)
      changes.push({
        path: field,
        want: wanted,
        got: Object.keys(names).find((name) => names[name] === got) ?? String(got),
      });
  };
  compare('owner', spec.owner, path.uid, observed.users);
  compare('group', spec.group, path.gid, observed.groups);
  if (spec.mode !== path.mode) changes.push({ path: 'mode', want: octal(spec.mode), got: octal(path.mode) });
  return changes;
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}
