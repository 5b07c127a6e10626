import { STACK_KINDS, type Key, type StackKind } from '../../model/key.ts';
import type { Levels } from '../../model/levels.ts';
import type { BastionManifest } from '../../model/manifest-types.ts';
import type { StackManifest } from '../../model/stack-manifests.ts';
import type { House, Rendered, Renderer } from '../../stack/renderer.ts';
import type { Member } from './member.ts';
import type { Sources } from './sources.ts';

/** The renderer of each high-level kind. */
export type Renderers = { readonly [K in StackKind]: Renderer<K> };

/** The house that renderers look around in. */
export function houseOf(
  members: readonly Member[],
  backups: House['backups'],
  bastion: BastionManifest['spec'],
  levels: Levels,
  sources: Sources,
): House {
  const byKey = new Map<Key, Member>(members.map((member) => [member.key, member]));
  const ofKind = (kind: StackKind): StackManifest[] =>
    members.map(({ manifest }) => manifest).filter((manifest) => manifest.kind === kind);
  return {
    bastion,
    stack: Object.fromEntries(STACK_KINDS.map((kind) => [kind, ofKind(kind)])) as unknown as House['stack'],
    backups,
    levels,
    image: (reference) =>
      (Object.hasOwn(bastion.images, reference) ? bastion.images[reference] : undefined) ?? reference,
    source: (of, path) => {
      const member = byKey.get(of);
      return member === undefined ? { problem: `belongs to ${of}, which is not there` } : sources.textOf(member, path);
    },
  };
}

/** What one member is made of. A renderer that throws has a fault; its member is broken then, and the others go on. */
export function renderMember({ manifest }: Member, house: House, renderers: Renderers): Rendered {
  const render = renderers[manifest.kind] as Renderer<StackKind> as (manifest: StackManifest, house: House) => Rendered;
  try {
    return render(manifest, house);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      manifests: [],
      problems: [
        { path: [], message: `cannot be rendered, which is a fault of bastion (please report it): ${reason}` },
      ],
    };
  }
}
