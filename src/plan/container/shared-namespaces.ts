import type { Fields, FieldValue } from '../../model/fields.ts';
import type { ObservedContainer } from '../../model/observed.ts';

const PATHS = ['network_mode', 'ipc', 'pid'] as const;

/**
 * Fields with `container:<name>` turned into `container:<id>` where a container of that name exists: the engine keeps the
 * id of the container as it was at creation, so one that was replaced since is a difference, and must be: its namespace
 * is gone.
 */
export function withSharedIds(fields: Fields, byName: ReadonlyMap<string, ObservedContainer>): Fields {
  const resolved: Record<string, FieldValue> = {};
  for (const path of PATHS) {
    const other = sharedContainer(fields[path], byName);
    if (other) resolved[path] = `container:${other.id}`;
  }
  return Object.keys(resolved).length === 0 ? fields : { ...fields, ...resolved };
}

/** Ids of the containers whose namespaces a spec shares, as one text that changes when one of them does. */
export function sharedIds(
  spec: Readonly<Partial<Record<(typeof PATHS)[number], string>>>,
  byName: ReadonlyMap<string, ObservedContainer>,
): string {
  return PATHS.map((path) => sharedContainer(spec[path], byName)?.id ?? '').join();
}

function sharedContainer(
  value: FieldValue | undefined,
  byName: ReadonlyMap<string, ObservedContainer>,
): ObservedContainer | undefined {
  return typeof value === 'string' && value.startsWith('container:')
    ? byName.get(value.slice('container:'.length))
    : undefined;
}
