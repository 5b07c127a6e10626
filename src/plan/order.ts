import type { Key } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';

/** Resources so that each comes after all that it depends on; among equals by key. Dependencies are acyclic (checked at load). */
export function dependencyOrder(resources: readonly Resource[]): Resource[] {
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const ordered: Resource[] = [];
  const seen = new Set<Key>();
  const visit = (resource: Resource): void => {
    if (seen.has(resource.key)) return;
    seen.add(resource.key);
    for (const key of resource.dependsOn) {
      const dependency = byKey.get(key);
      if (dependency) visit(dependency);
    }
    ordered.push(resource);
  };
  for (const resource of [...resources].sort((a, b) => (a.key < b.key ? -1 : 1))) visit(resource);
  return ordered;
}
