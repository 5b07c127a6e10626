import { isStackKey, type Key } from '../../model/key.ts';
import type { DesiredState, Resource } from '../../model/resource.ts';
import type { StackManifest } from '../../model/stack-manifests.ts';
import { heldBy } from '../last-good.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import type { ReadManifests } from '../read-manifests.ts';
import type { Member } from './member.ts';

/** The high-level resources of one reading. Each step back takes one of them nearer to what was good last. */
export class Members {
  readonly #previous: DesiredState | undefined;
  readonly #members = new Map<Key, Member>();

  /** Good documents as they are; last good versions of what is broken, or was in a file that is. */
  constructor(manifests: ReadManifests, previous: DesiredState | undefined) {
    this.#previous = previous;
    for (const { key, manifest, document } of manifests.valid)
      if (isStackKey(key) && !manifests.brokenKeys.has(key))
        this.#members.set(key, { key, standing: 'fresh', manifest: manifest as StackManifest, document });
    const resources = new Map<Key, Resource>((previous?.resources ?? []).map((resource) => [resource.key, resource]));
    this.recall([...manifests.brokenKeys, ...heldBy(manifests.brokenFiles, resources)]);
  }

  /** Sorted by key. */
  all(): Member[] {
    return [...this.#members.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Lets last good versions take part; true when one of them did not yet. */
  recall(keys: Iterable<Key>): boolean {
    const missing = [...keys].filter((key) => !this.#members.has(key));
    const recalled = missing.flatMap((key) => this.#lastGood(key) ?? []);
    for (const member of recalled) this.#members.set(member.key, member);
    return recalled.length > 0;
  }

  /** One that cannot be used as it stands gives way to its next best version; without one it is left out. */
  giveWay(member: Member): void {
    const next =
      member.standing === 'fresh' ? this.#lastGood(member.key) : ({ ...member, standing: 'frozen' } satisfies Member);
    if (next === undefined) this.#members.delete(member.key);
    else this.#members.set(member.key, next);
  }

  #lastGood(key: Key): Member | undefined {
    const good = this.#previous?.expansion.members[key];
    const source = this.#previous?.resources.find((resource) => resource.key === key)?.source;
    if (good === undefined || source === undefined) return undefined;
    const document: ParsedDocument = {
      file: source.file,
      value: good.manifest,
      locate: () => source,
      sourceText: () => undefined,
    };
    return { key, standing: 'last good', manifest: good.manifest, document, texts: good.texts };
  }
}
