import { keyOf, type Key } from '../../src/model/key.ts';
import type { House, Rendered, RenderedManifest } from '../../src/stack/renderer.ts';
import { RENDERERS } from '../../src/stack/renderers.ts';

type OfKind<K extends RenderedManifest['kind']> = Extract<RenderedManifest, { kind: K }>;

/** What one resource of a house comes to, files of targets included. */
export function rendered(house: House, key: Key): Rendered {
  for (const [kind, members] of Object.entries(house.stack))
    for (const member of members)
      if (keyOf(member.kind, member.metadata.name) === key) {
        const render = RENDERERS[kind as keyof typeof RENDERERS] as (manifest: typeof member, of: House) => Rendered;
        return render(member, house);
      }
  throw new Error(`the house has no ${key}`);
}

/** One of the rendered manifests. */
export function part<K extends RenderedManifest['kind']>({ manifests }: Rendered, kind: K, name: string): OfKind<K> {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found !== undefined) return found as OfKind<K>;
  const all = manifests.map((manifest) => keyOf(manifest.kind, manifest.metadata.name)).join(', ');
  throw new Error(`${keyOf(kind, name)} is not among ${all}`);
}

/** Text of a rendered File. */
export function textOf(result: Rendered, name: string): string {
  return part(result, 'File', name).spec.content ?? '';
}

/** What is wrong with a resource, a line each. */
export function problemsOf({ problems = [] }: Rendered): string[] {
  return problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
