import type { ImageInspect } from '../../../src/engine/wire.ts';
import type { BehaviourSource } from './behaviour.ts';
import { hashOf } from './id-source.ts';

export type FakeImageConfig = NonNullable<ImageInspect['Config']>;

export interface FakeImage {
  readonly inspect: ImageInspect & { RepoTags: string[]; RepoDigests: string[] };
  readonly behaviour: BehaviourSource;
}

export interface ImageOptions {
  readonly behaviour?: BehaviourSource;
  /** Default `linux/amd64`. */
  readonly platforms?: readonly string[];
  /** Tells images of equal configuration apart, as other layers would. */
  readonly content?: string;
}

interface Offer {
  readonly config: FakeImageConfig;
  readonly options: ImageOptions;
}

/** Config of an image that sets nothing, as `docker import` makes it. */
const BARE: FakeImageConfig = {
  User: '',
  Env: null,
  Cmd: null,
  Entrypoint: null,
  WorkingDir: '',
  Volumes: null,
  Labels: null,
};

/** Images on the engine, and those that a registry would give. */
export class ImageStore {
  readonly #images = new Map<string, FakeImage>();
  readonly #registry = new Map<string, Offer>();
  readonly #now: () => string;

  constructor(now: () => string) {
    this.#now = now;
  }

  /** Makes an image and gives it the reference; another image that had it loses it. Same content, same id. */
  add(reference: string, config: FakeImageConfig = {}, options: ImageOptions = {}): FakeImage {
    const [os = 'linux', architecture = 'amd64', variant] = (options.platforms?.[0] ?? 'linux/amd64').split('/');
    const full: FakeImageConfig = { ...BARE, ...config };
    const id = `sha256:${hashOf(JSON.stringify([full, options.content ?? '', options.platforms ?? []]))}`;
    const image = this.#images.get(id) ?? {
      inspect: {
        Id: id,
        RepoTags: [],
        RepoDigests: [],
        Created: this.#now(),
        Architecture: architecture,
        Os: os,
        ...(variant === undefined ? {} : { Variant: variant }),
        Config: full,
      },
      behaviour: options.behaviour ?? {},
    };
    this.#images.set(id, image);
    this.#name(image, reference);
    return image;
  }

  /** Lets a reference be pulled. */
  offer(reference: string, config: FakeImageConfig = {}, options: ImageOptions = {}): void {
    this.#registry.set(normalReference(reference), { config, options });
  }

  /** Takes a reference out of the registry. */
  withdraw(reference: string): void {
    this.#registry.delete(normalReference(reference));
  }

  /** The image that a pull brings; undefined when the registry does not have it. */
  pull(reference: string): FakeImage | undefined {
    const offer = this.#registry.get(normalReference(reference));
    return offer && this.add(reference, offer.config, offer.options);
  }

  /** Platforms that the registry offers; undefined when it does not have the reference. */
  platforms(reference: string): string[] | undefined {
    const offer = this.#registry.get(normalReference(reference));
    return offer && [...(offer.options.platforms ?? ['linux/amd64'])];
  }

  find(referenceOrId: string): FakeImage | undefined {
    const byId = this.#images.get(referenceOrId) ?? this.#images.get(`sha256:${referenceOrId}`);
    if (byId) return byId;
    const wanted = normalReference(referenceOrId);
    return [...this.#images.values()].find(({ inspect }) =>
      [...inspect.RepoTags, ...inspect.RepoDigests].some((name) => normalReference(name) === wanted),
    );
  }

  /** Takes an image off the engine. */
  remove(referenceOrId: string): FakeImage | undefined {
    const image = this.find(referenceOrId);
    if (image) this.#images.delete(image.inspect.Id);
    return image;
  }

  #name(image: FakeImage, reference: string): void {
    const name = familiar(reference);
    const [repository = '', digest] = name.split('@');
    if (digest !== undefined) {
      const withoutTag = repository.replace(/:[^:/]*$/, '');
      const full = `${withoutTag}@${digest}`;
      if (!image.inspect.RepoDigests.includes(full)) image.inspect.RepoDigests.push(full);
      return;
    }
    for (const { inspect } of this.#images.values()) {
      const index = inspect.RepoTags.indexOf(name);
      if (index >= 0) inspect.RepoTags.splice(index, 1);
    }
    image.inspect.RepoTags.push(name);
  }
}

/** As the engine shows it: without Docker Hub's own prefix, with a tag. */
function familiar(reference: string): string {
  const short = reference.replace(/^(docker\.io\/)?(library\/)?/, '');
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}

/** Equal for references that name the same image; a tag beside a digest says nothing. */
function normalReference(reference: string): string {
  const [repository = '', digest] = familiar(reference).split('@');
  return digest === undefined ? repository : `${repository.replace(/:[^:/]*$/, '')}@${digest}`;
}
