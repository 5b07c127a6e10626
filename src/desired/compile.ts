import { isStackKey, keyOf, type Key } from '../model/key.ts';
import type { Finding, Resource } from '../model/resource.ts';
import { attemptHash, specHash } from '../model/spec-hash.ts';
import type { Specs } from '../model/specs.ts';
import { needsOf, ResourceIndex, type Need } from './dependencies.ts';
import type { Draft } from './draft.ts';
import type { FieldPath } from './field.ts';
import { DependencyGraph } from './graph.ts';
import { HostPlaces, type SilenceAt } from './host-places.ts';
import { findBackupsWithinData } from './policy/backup-place.ts';
import { findBorrowedNamespaces } from './policy/borrowed-namespaces.ts';
import { findExchangeableSources } from './policy/exchangeable-source.ts';
import { heldBy, withDependencies } from './last-good.ts';
import { findForeignKeys } from './policy/own-keys.ts';
import { findContests } from './policy/single-owner.ts';
import { findStaleMounts } from './policy/stale-mount.ts';
import { toFindings } from './read-manifests.ts';

/** What to compile. */
export interface CompileInput {
  /** Good drafts with host paths prefixed, one a key. */
  readonly drafts: readonly Draft[];
  /** Keys that the desired state declares in a broken way. */
  readonly broken: ReadonlySet<Key>;
  /** Last good resources that may stand in. */
  readonly previous: ReadonlyMap<Key, Resource>;
  /** Keys of `previous` that must stay because what declares them cannot be read now. */
  readonly keep: ReadonlySet<Key>;
  /** Prefix of host paths; empty for none. */
  readonly root: string;
  /** Why a path must not be touched; absent: all may. */
  readonly silenceAt?: SilenceAt | undefined;
}

/** What renderers saw and what does not fit the rest, each with what is wrong with it or with its parts. */
export interface Misfits {
  readonly misfits: ReadonlyMap<Key, readonly Finding[]>;
}

export interface Compiled {
  /** Sorted by key; acyclic; every dependency is in it. */
  readonly resources: readonly Resource[];
  readonly frozen: ReadonlySet<Key>;
  /** Keys that the desired state declares in a broken way, those that were rejected here among them. */
  readonly broken: ReadonlySet<Key>;
  readonly findings: readonly Finding[];
}

interface Rejection {
  readonly key: Key;
  readonly path: FieldPath;
  readonly rule: string;
  readonly message: string;
}

/**
 * Drafts and last good resources to one consistent set. What is rejected gives way to its last good version, which may
 * in turn change what others depend on, so this goes on until nothing more is rejected: each round rejects at least one
 * draft, and sets of last good versions are consistent among themselves.
 *
 * What renderers saw ends it when it is rejected, or a part of it: what stands in for that is rendered anew, by the
 * caller, and may look different to all others.
 */
export function compile(input: CompileInput): Compiled | Misfits {
  const fresh = new Map(input.drafts.map((draft) => [draft.key, draft]));
  const broken = new Set(input.broken);
  const keep = new Set([...input.keep].filter((key) => !fresh.has(key)));
  const findings: Finding[] = [];
  for (;;) {
    const round = new Round(fresh, withDependencies(keep, new Set(fresh.keys()), input.previous), broken, input);
    const rejections = round.rejections();
    if (rejections.length === 0) return { ...round.resources(), broken, findings };
    const misfits = findMisfits(rejections, fresh);
    if (misfits.size > 0) return { misfits };
    findings.push(...rejections.flatMap((rejection) => findingsOf(rejection, fresh)));
    const files = new Set(rejections.flatMap(({ key }) => fresh.get(key)?.document.file ?? []));
    for (const { key } of rejections) {
      fresh.delete(key);
      broken.add(key);
      if (input.previous.has(key)) keep.add(key);
    }
    for (const key of heldBy(files, input.previous)) if (!fresh.has(key)) keep.add(key);
  }
}

function findingsOf({ key, ...problem }: Rejection, fresh: ReadonlyMap<Key, Draft>): Finding[] {
  const draft = fresh.get(key);
  return draft === undefined ? [] : toFindings(draft.document, key, [problem]);
}

function findMisfits(rejections: readonly Rejection[], fresh: ReadonlyMap<Key, Draft>): Map<Key, Finding[]> {
  const misfits = new Map<Key, Finding[]>();
  for (const rejection of rejections) {
    const seen = seenOf(rejection.key, fresh.get(rejection.key)?.document.origin?.key);
    if (seen !== undefined) misfits.set(seen, [...(misfits.get(seen) ?? []), ...findingsOf(rejection, fresh)]);
  }
  return misfits;
}

/** What renderers see of a resource: itself, or the high-level resource that it is a part of. */
function seenOf(key: Key, origin: Key | undefined): Key | undefined {
  return [key, origin].find((each) => each !== undefined && (isStackKey(each) || each.startsWith('Backup/')));
}

/** One attempt with a given set of drafts and frozen resources. */
class Round {
  readonly #fresh: ReadonlyMap<Key, Draft>;
  readonly #frozen: ReadonlyMap<Key, Resource>;
  readonly #broken: ReadonlySet<Key>;
  readonly #root: string;
  readonly #host: HostPlaces;
  readonly #all = new Map<Key, Draft | Resource>();
  readonly #implicit = new Map<Key, Resource<'Image'>>();
  /** Implicit images that a draft wants now, whether or not a frozen resource wants them too. */
  readonly #wanted = new Set<Key>();
  readonly #needs = new Map<Key, Need[]>();
  readonly #graph = new DependencyGraph();

  constructor(
    fresh: ReadonlyMap<Key, Draft>,
    frozen: ReadonlyMap<Key, Resource>,
    broken: ReadonlySet<Key>,
    { root, silenceAt }: Pick<CompileInput, 'root' | 'silenceAt'>,
  ) {
    this.#root = root;
    this.#host = new HostPlaces('', silenceAt);
    this.#fresh = fresh;
    this.#frozen = frozen;
    this.#broken = broken;
    for (const [key, resource] of [...frozen, ...fresh]) this.#all.set(key, resource);
    const index = new ResourceIndex([...this.#all.values()]);
    for (const draft of fresh.values()) this.#needs.set(draft.key, needsOf(draft, draft.declared, index));
    this.#addImplicitImages();
    this.#connect();
    this.#holdShared();
  }

  /** An image that no Image resource declares is wanted all the same. */
  #addImplicitImages(): void {
    for (const draft of [...this.#fresh.values()].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      const reference = imageNamedBy(draft);
      const key = reference === undefined ? undefined : keyOf('Image', reference);
      const need = this.#needs.get(draft.key)?.find((candidate) => candidate.key === key);
      if (reference === undefined || key === undefined || need === undefined || this.#fresh.has(key)) continue;
      this.#wanted.add(key);
      const origin = draft.document.origin?.key;
      const known = this.#implicit.get(key);
      // One that others want too belongs to nobody.
      if (known !== undefined && known.renderedFrom !== origin) this.#implicit.set(key, withoutOrigin(known));
      if (this.#all.has(key)) continue;
      const spec: Specs['Image'] = { reference, platforms: [] };
      const common = { kind: 'Image', name: reference, key, labels: {}, annotations: {}, dependsOn: [] } as const;
      const resource: Resource<'Image'> = {
        ...common,
        spec,
        hash: specHash('Image', spec),
        attempt: attemptHash('Image', spec),
        source: draft.document.locate(need.path),
        ...(origin === undefined ? {} : { renderedFrom: origin }),
      };
      this.#implicit.set(key, resource);
      this.#all.set(key, resource);
    }
  }

  /**
   * What only resources behind a gate want is behind that gate too: nothing is pulled or made for them before its time.
   * What members of the stack share and nobody names is wanted by all that have parts.
   */
  #holdShared(): void {
    const gates = [...this.#all.keys()].filter((key) => key.startsWith('Gate/'));
    if (gates.length === 0) return;
    const members = [...this.#all.values()].flatMap(({ key, spec }) =>
      'parts' in spec && spec.parts.length > 0 ? key : [],
    );
    const shared = [...this.#fresh.values()].filter(({ document }) => document.origin?.key.startsWith('Bastion/'));
    const wants: [Key, Key[]][] = [
      ...shared.map(({ key }): [Key, Key[]] => [key, this.#graph.dependentsOf(key)]),
      ...[...this.#implicit.keys()].map((key): [Key, Key[]] => [key, this.#graph.dependentsOf(key)]),
    ];
    for (const [key, users] of wants) {
      const all = users.length > 0 ? users : members;
      for (const gate of gates)
        if (all.length > 0 && all.every((user) => user !== gate && this.#graph.reaches(user, gate)))
          this.#graph.addEdge(key, gate);
    }
  }

  #connect(): void {
    for (const resource of this.#frozen.values())
      for (const key of resource.dependsOn) this.#graph.addEdge(resource.key, key);
    const soft: [Key, Key][] = [];
    for (const [key, needs] of this.#needs)
      for (const need of needs) {
        if (need.strength === 'hard') this.#graph.addEdge(key, need.key);
        else if (this.#isWaitedFor(key, need)) soft.push([key, need.key]);
      }
    for (const [from, to] of soft.sort()) if (!this.#graph.reaches(to, from)) this.#graph.addEdge(from, to);
  }

  /**
   * What serves it; or both are written, or parts of one high-level resource. What another one puts into a directory that a container mounts
   * (a target, a dashboard) comes whenever it can: nobody waits for it who was not told to.
   */
  #isWaitedFor(by: Key, { key, strength }: Need): boolean {
    if (strength === 'serving') return this.#all.has(key);
    return strength === 'soft' && this.#originOf(by) === this.#originOf(key);
  }

  #originOf(key: Key): Key | undefined {
    const resource = this.#all.get(key);
    if (resource === undefined) return undefined;
    return 'document' in resource ? resource.document.origin?.key : resource.renderedFrom;
  }

  rejections(): Rejection[] {
    const all = [...this.#all.values()];
    const clashes = [
      ...findContests(all).map((found) => ({ ...found, rule: 'single-owner' })),
      ...findStaleMounts(all).map((found) => ({ ...found, rule: 'stale-mount' })),
      ...findBackupsWithinData(all).map((found) => ({ ...found, rule: 'backup-place' })),
      ...findExchangeableSources(all, this.#host).map((found) => ({ ...found, rule: 'exchangeable-source' })),
      ...findBorrowedNamespaces(all).map((found) => ({ ...found, rule: 'borrowed-namespace' })),
      ...findForeignKeys(all, this.#root, this.#host).map((found) => ({ ...found, rule: 'own-keys-only' })),
    ].filter(({ key }) => this.#fresh.has(key));
    if (clashes.length > 0) return clashes;
    const missing = [...this.#needs].flatMap(([key, needs]) =>
      needs.flatMap((need) => (need.strength === 'serving' || this.#all.has(need.key) ? [] : this.#missing(key, need))),
    );
    return missing.length > 0 ? missing : this.#circles();
  }

  #missing(key: Key, need: Need): Rejection {
    if (this.#broken.has(need.key))
      return {
        key,
        path: need.path,
        rule: 'dependency',
        message: `needs ${need.key}, which is broken and has no last good version: it waits until that is repaired`,
      };
    const [kind = '', name = ''] = need.key.split(/\/(.*)/s);
    const twin = [...this.#all.keys()].find((other) => other.endsWith(`/${name}`));
    const hint =
      twin === undefined
        ? `add a document of kind ${kind} named ${name}${kind === 'Network' || kind === 'Volume' ? ' (with external: true if it exists already)' : ''}`
        : `there is ${twin}`;
    return { key, path: need.path, rule: 'reference', message: `names ${need.key}, which is not declared: ${hint}` };
  }

  #circles(): Rejection[] {
    return this.#graph.cycles().flatMap((circle) => {
      const message = `depends on itself: ${[...circle, circle[0]].join(' -> ')}; remove one of these`;
      return circle
        .filter((key) => this.#fresh.has(key))
        .map((key) => {
          const next = circle[(circle.indexOf(key) + 1) % circle.length];
          const path = this.#needs.get(key)?.find((need) => need.key === next)?.path ?? [];
          return { key, path, rule: 'cycle', message };
        });
    });
  }

  resources(): { resources: Resource[]; frozen: ReadonlySet<Key> } {
    const made = [...this.#fresh.values()].map((draft) => toResource(draft, this.#graph.dependenciesOf(draft.key)));
    const implicit = [...this.#implicit.values()].map((image) => ({
      ...image,
      dependsOn: this.#graph.dependenciesOf(image.key),
    }));
    const resources = [...made, ...implicit, ...this.#frozen.values()];
    return {
      resources: resources.sort((a, b) => (a.key < b.key ? -1 : 1)),
      frozen: new Set([...this.#frozen.keys()].filter((key) => !this.#wanted.has(key))),
    };
  }
}

/** The image that a draft runs: as itself, or to check what it writes. */
function imageNamedBy(draft: Draft): string | undefined {
  if (draft.kind === 'Container') return draft.spec.image;
  return draft.kind === 'File' || draft.kind === 'FilePatch' ? draft.spec.check?.image : undefined;
}

function withoutOrigin({ renderedFrom: _, ...resource }: Resource<'Image'>): Resource<'Image'> {
  return resource;
}

function toResource(draft: Draft, dependsOn: readonly Key[]): Resource {
  const { kind, name, key, labels, annotations, spec, document } = draft;
  const common = { kind, name, key, labels, annotations, spec, dependsOn };
  return {
    ...common,
    hash: specHash(kind, spec),
    attempt: attemptHash(kind, spec),
    source: document.locate([]),
    ...(document.origin === undefined ? {} : { renderedFrom: document.origin.key }),
  } as Resource;
}
