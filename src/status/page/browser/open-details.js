/** Which details the reader has opened: those that go and come back with what they tell of are open again. */
export class OpenDetails {
  /** @type {Set<string>} */
  #ids = new Set();

  /** To be called before the content changes. */
  remember() {
    for (const { id, open } of this.#all())
      if (open) this.#ids.add(id);
      else this.#ids.delete(id);
  }

  /** To be called after it has changed. */
  restore() {
    for (const details of this.#all()) if (this.#ids.has(details.id)) details.open = true;
  }

  #all() {
    return document.querySelectorAll('details');
  }
}
