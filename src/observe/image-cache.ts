import type { ImageInspect } from '../engine/wire.ts';
import type { ObservedImage } from '../model/observed.ts';
import { observedImage } from './images.ts';
import { same, sameRecord } from './same.ts';
import { settleAll } from './settle.ts';

/** Images by wanted reference and by id. An id never changes its meaning; a reference may, and an image event says so. */
export class ImageCache {
  #images: Readonly<Record<string, ObservedImage>> = {};
  #references: ReadonlySet<string> = new Set();
  #filled = false;
  #events = 0;
  #lookedAt = -1;

  /** An event says that a reference may have moved. */
  invalidate(): void {
    this.#events++;
  }

  /** Whether an image of this id is wanted, or that of a relevant container. */
  isKnown(id: string): boolean {
    return Object.values(this.#images).some((image) => image.id === id);
  }

  /**
   * Images by reference and id; an absent name is not on the engine (and is asked for again in every pass).
   *
   * @param ids ids of the containers' images; a promise, since the references can be asked for meanwhile
   */
  async observe(
    inspect: (referenceOrId: string) => Promise<ImageInspect | undefined>,
    references: readonly string[],
    ids: Promise<readonly string[]>,
    full: boolean,
  ): Promise<{ images: Readonly<Record<string, ObservedImage>>; missed: readonly string[] }> {
    const before = this.#images;
    const announced = this.#lookedAt !== this.#events;
    const again = full || announced;
    const events = this.#events;
    const after: Record<string, ObservedImage> = {};
    const look = async (name: string): Promise<void> => {
      const known = before[name];
      if (!again && known !== undefined) {
        after[name] = known;
        return;
      }
      const image = await inspect(name);
      if (image !== undefined) after[name] = same(known ?? before[image.Id] ?? after[image.Id], observedImage(image));
    };
    const [, wantedIds] = await settleAll([settleAll(references.map(look)), ids]);
    const byId = new Map(Object.values(after).map((image) => [image.id, image]));
    await settleAll(
      [...new Set(wantedIds)].map(async (id) => {
        const found = byId.get(id);
        if (found === undefined) await look(id);
        else after[id] = found;
      }),
    );
    const missed =
      full && this.#filled && !announced && events === this.#events
        ? references
            .filter((reference) => this.#references.has(reference) && before[reference]?.id !== after[reference]?.id)
            .map((reference) => `image ${reference} changed`)
        : [];
    this.#references = new Set(references);
    this.#images = sameRecord(before, after);
    this.#filled = true;
    this.#lookedAt = events;
    return { images: this.#images, missed };
  }
}
