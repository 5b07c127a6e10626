import type { Key } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';

/** Keys that files held when they were last good: a file that is broken anywhere takes nothing away. */
export function heldBy(files: ReadonlySet<string>, previous: ReadonlyMap<Key, Resource>): Key[] {
  return [...previous.values()]
    .filter((resource) => !isImplicit(resource) && parents(resource.source.file).some((path) => files.has(path)))
    .map(({ key }) => key);
}

/** What was wanted only because of something else, an image that it names or what it is rendered to, stays only while that does. */
function isImplicit(resource: Resource): boolean {
  if (resource.renderedFrom !== undefined) return true;
  return resource.kind === 'Image' && resource.name === resource.spec.reference && resource.spec.build === undefined;
}

/** A file, the directories that hold it, and the desired-state directory itself (the empty path). */
function parents(file: string): string[] {
  const parts = file.split('/');
  return parts.map((_, length) => parts.slice(0, length).join('/')).concat(file);
}

/** Last good resources to keep, with all that they depend on and that is no longer declared. */
export function withDependencies(
  keep: ReadonlySet<Key>,
  fresh: ReadonlySet<Key>,
  previous: ReadonlyMap<Key, Resource>,
): Map<Key, Resource> {
  const kept = new Map<Key, Resource>();
  const open = [...keep];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const resource = previous.get(key);
    if (resource === undefined || kept.has(key) || fresh.has(key)) continue;
    kept.set(key, resource);
    open.push(...resource.dependsOn);
  }
  return kept;
}
