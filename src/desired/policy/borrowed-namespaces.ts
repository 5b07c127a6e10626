import { keyOf, type Key } from '../../model/key.ts';
import type { Resource } from '../../model/resource.ts';
import type { ContainerSpec } from '../../model/specs.ts';
import type { FieldPath } from '../field.ts';

/** A container that would get a namespace of the host through another container. */
export interface BorrowedNamespace {
  readonly key: Key;
  readonly path: FieldPath;
  readonly message: string;
}

const FIELDS = ['network_mode', 'pid', 'ipc'] as const;

/**
 * `container:x` is `host` where x has that of the host. Whether a container may have it is asked of the container itself
 * (policy no-privileged-host-access), so no other may get it from one that may.
 */
export function findBorrowedNamespaces(
  resources: readonly Pick<Resource, 'kind' | 'key' | 'spec'>[],
): BorrowedNamespace[] {
  const all = resources as readonly Resource[];
  const containers = new Map(
    all.flatMap((resource) => (resource.kind === 'Container' ? [[resource.key, resource.spec] as const] : [])),
  );
  return [...containers].flatMap(([key, spec]) =>
    FIELDS.flatMap((field) => {
      const lender = lenderOf(spec, field);
      if (lender === undefined || !leadsToHost(lender, field, containers)) return [];
      const message = `${lender} has that of the host: write ${field}: host, which needs the leave of root, or a namespace of its own`;
      return [{ key, path: ['spec', field], message }];
    }),
  );
}

function lenderOf(spec: ContainerSpec, field: (typeof FIELDS)[number]): Key | undefined {
  const name = /^container:(.+)$/.exec(spec[field] ?? '')?.[1];
  return name === undefined ? undefined : keyOf('Container', name);
}

function leadsToHost(first: Key, field: (typeof FIELDS)[number], containers: ReadonlyMap<Key, ContainerSpec>): boolean {
  const seen = new Set<Key>();
  for (let key: Key | undefined = first; key !== undefined && !seen.has(key);) {
    seen.add(key);
    const spec: ContainerSpec | undefined = containers.get(key);
    if (spec?.[field] === 'host') return true;
    key = spec === undefined ? undefined : lenderOf(spec, field);
  }
  return false;
}
