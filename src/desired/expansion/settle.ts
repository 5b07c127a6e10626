import { isStackKey, type Key } from '../../model/key.ts';
import type { Levels } from '../../model/levels.ts';
import type { BastionManifest } from '../../model/manifest-types.ts';
import type { BackupWish, Expansion } from '../../model/expansion.ts';
import type { DesiredState, Finding, Resource } from '../../model/resource.ts';
import { compile, type Compiled } from '../compile.ts';
import type { DraftReader } from '../draft-reader.ts';
import type { Draft } from '../draft.ts';
import type { SilenceAt } from '../host-places.ts';
import { heldBy } from '../last-good.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import type { ReadManifests } from '../read-manifests.ts';
import type { ManifestValidator } from '../validate.ts';
import { findCollisions, type Claim } from './collisions.ts';
import { expand, keyOfRendering, type ExpandedGroup } from './expand.ts';
import { Members } from './members.ts';
import { houseOf, type Renderers } from './render.ts';
import type { Rendering } from './rendered-document.ts';
import type { Member } from './member.ts';
import { Sources } from './sources.ts';

/** What to settle. Keys and files that turn out to be broken are added to `manifests`. */
export interface SettleInput {
  readonly manifests: ReadManifests;
  /** Good drafts of what people wrote, high-level resources left out. */
  readonly written: readonly Draft[];
  readonly previous: DesiredState | undefined;
  readonly bastion: BastionManifest['spec'];
  readonly instance: string;
  readonly levels: Levels;
  readonly renderers: Renderers;
  readonly reader: DraftReader;
  readonly validator: ManifestValidator;
  /** Absolute path of the desired-state directory. */
  readonly directory: string;
  readonly root: string;
  readonly silenceAt: SilenceAt | undefined;
  readonly waivable: readonly string[];
}

export interface Settled extends Compiled {
  readonly renderings: readonly Rendering[];
  readonly expansion: Expansion;
}

/**
 * Expands the high-level resources and compiles all there is to one consistent set.
 *
 * A member that cannot be rendered, whose parts break a rule, or which does not fit the rest gives way to its last good
 * version. That may change what others render, so all of it is done again until nobody gives way: each round takes a
 * member a step back, and there are two steps. With nothing broken there is one round.
 */
export async function settle(input: SettleInput): Promise<Settled> {
  return new Settlement(input).settle();
}

class Settlement {
  readonly #input: SettleInput;
  readonly #members: Members;
  readonly #sources: Sources;
  readonly #findings: Finding[] = [];
  readonly #previous: ReadonlyMap<Key, Resource>;
  /** What people wrote, less what was found to be rendered too. */
  readonly #written: Map<Key, Draft>;
  /** Shared parts that cannot be used. */
  readonly #refused = new Set<Key>();

  constructor(input: SettleInput) {
    this.#input = input;
    this.#members = new Members(input.manifests, input.previous);
    this.#sources = new Sources(input.directory);
    this.#previous = new Map((input.previous?.resources ?? []).map((resource) => [resource.key, resource]));
    this.#written = new Map(input.written.map((draft) => [draft.key, draft]));
  }

  async settle(): Promise<Settled> {
    for (;;) {
      const members = this.#members.all();
      const groups = (await this.#expand(members)).filter(({ member, renderings }) =>
        renderings.every((rendering) => member !== undefined || !this.#refused.has(keyOfRendering(rendering))),
      );
      if (this.#refuseBroken(members, groups)) continue;
      const compiled = this.#compile(members, groups);
      if ('misfits' in compiled) {
        for (const group of groups) {
          const found = group.member === undefined ? undefined : compiled.misfits.get(group.member.key);
          if (found !== undefined) this.#refuse(group, found);
        }
        for (const [key, found] of compiled.misfits) this.#refuseWritten(key, found);
      } else if (!this.#members.recall([...compiled.frozen].filter(isStackKey)))
        return this.#result(compiled, members, groups);
    }
  }

  #expand(members: readonly Member[]): Promise<ExpandedGroup[]> {
    const { bastion, levels, manifests, instance, renderers, reader, validator, root, waivable } = this.#input;
    const home = manifests.valid.find(({ manifest }) => manifest.kind === 'Bastion');
    const document = home?.document ?? members[0]?.document;
    if (document === undefined) return Promise.resolve([]);
    const house = houseOf(members, Object.values(this.#backups()), bastion, levels, this.#sources);
    const shared = { from: `Bastion/${instance}`, document } as const;
    return expand({ members, house, shared, renderers, reader, validator, root, waivable });
  }

  /** Takes a step back with every group that cannot be used; true when there was one. */
  #refuseBroken(members: readonly Member[], groups: readonly ExpandedGroup[]): boolean {
    const declared = new Map<Key, ParsedDocument>([...this.#written].map(([key, { document }]) => [key, document]));
    const owners = new Map<Claim, ExpandedGroup>();
    for (const group of groups)
      for (const rendering of group.renderings) {
        const { from, document } = rendering;
        const isStandIn = group.member?.standing === 'last good';
        owners.set({ key: keyOfRendering(rendering), from, document, isStandIn }, group);
      }
    const collisions = findCollisions([...owners.keys(), ...this.#frozenParts(members)], declared);
    this.#findings.push(...collisions.findings);
    for (const key of collisions.written) this.#refuseWritten(key, []);
    const contested = new Set([...collisions.claims].map((claim) => owners.get(claim)));
    const unusable = groups.filter((group) => !group.isSound || contested.has(group));
    for (const group of unusable) this.#refuse(group, group.findings);
    return unusable.length > 0 || collisions.written.size > 0;
  }

  #frozenParts(members: readonly Member[]): Claim[] {
    return members
      .filter(({ standing }) => standing === 'frozen')
      .flatMap(({ key: from, document }) => {
        const spec = this.#previous.get(from)?.spec;
        const parts = spec !== undefined && 'parts' in spec ? spec.parts : [];
        return parts.map((key) => ({ key, from, document, isStandIn: true }));
      });
  }

  #refuse(group: ExpandedGroup, findings: readonly Finding[]): void {
    const { member } = group;
    const keys = group.renderings.map(keyOfRendering);
    if (member === undefined) {
      this.#findings.push(...findings);
      for (const key of keys) {
        this.#refused.add(key);
        this.#markBroken(key, undefined);
      }
      return;
    }
    // What is wrong with a stand-in is no news: its own document is broken, and that was told.
    if (member.standing === 'fresh') {
      this.#findings.push(...findings);
      this.#markBroken(member.key, member.document);
    }
    this.#members.giveWay(member);
    const isGone = this.#members.all().every(({ key }) => key !== member.key);
    if (isGone) for (const key of keys) this.#markBroken(key, undefined);
  }

  #refuseWritten(key: Key, findings: readonly Finding[]): void {
    const draft = this.#written.get(key);
    if (draft === undefined) return;
    this.#findings.push(...findings);
    this.#markBroken(key, draft.document);
    this.#written.delete(key);
  }

  #markBroken(key: Key, document: ParsedDocument | undefined): void {
    this.#input.manifests.brokenKeys.add(key);
    if (document !== undefined) this.#input.manifests.brokenFiles.add(document.file);
  }

  /** Backups as they are now, and last good ones of what is broken. */
  #backups(): Record<Key, BackupWish> {
    const { manifests, previous } = this.#input;
    const { brokenKeys, brokenFiles } = manifests;
    const held = [...brokenKeys, ...heldBy(brokenFiles, this.#previous)];
    const lastGood = held.flatMap((key) => {
      const backup = previous?.expansion.backups[key];
      return backup === undefined ? [] : [[key, backup] as const];
    });
    const fresh = [...this.#written.values()].flatMap((draft) =>
      draft.kind === 'Backup' ? [[draft.key, { metadata: { name: draft.name }, spec: draft.written }] as const] : [],
    );
    return Object.fromEntries([...lastGood, ...fresh].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #compile(members: readonly Member[], groups: readonly ExpandedGroup[]): ReturnType<typeof compile> {
    const { brokenKeys: broken, brokenFiles } = this.#input.manifests;
    const frozen = members.filter(({ standing }) => standing === 'frozen').map(({ key }) => key);
    return compile({
      drafts: [...this.#written.values(), ...groups.flatMap(({ drafts }) => drafts)],
      broken,
      root: this.#input.root,
      silenceAt: this.#input.silenceAt,
      previous: this.#previous,
      keep: new Set([
        ...[...broken].filter((key) => this.#previous.has(key)),
        ...heldBy(brokenFiles, this.#previous),
        ...frozen,
      ]),
    });
  }

  #result(compiled: Compiled, members: readonly Member[], groups: readonly ExpandedGroup[]): Settled {
    const standIns = groups.filter(({ member }) => member?.standing === 'last good');
    const kept = members.map((member) => {
      const { key, manifest } = member;
      return [key, { manifest, texts: this.#sources.textsOf(member) }] as const;
    });
    return {
      ...compiled,
      frozen: new Set([...compiled.frozen, ...standIns.flatMap(({ drafts }) => drafts.map(({ key }) => key))]),
      findings: [...this.#findings, ...groups.flatMap(({ findings }) => findings), ...compiled.findings],
      renderings: groups.flatMap(({ renderings }) => renderings),
      expansion: { bastion: this.#input.bastion, members: Object.fromEntries(kept), backups: this.#backups() },
    };
  }
}
