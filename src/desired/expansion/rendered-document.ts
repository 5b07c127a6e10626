import type { Key } from '../../model/key.ts';
import type { RenderedManifest } from '../../stack/renderer.ts';
import type { FieldPath } from '../field.ts';
import type { ParsedDocument } from '../parse-documents.ts';

/** A rendered manifest with where it comes from. */
export interface Rendering {
  readonly manifest: RenderedManifest;
  /** The high-level resource, or the Bastion for what all of them share. */
  readonly from: Key;
  /** The document of that. */
  readonly document: ParsedDocument;
}

/**
 * A rendered manifest as a document of its own, which may be changed (defaults are filled in). All that is found in it
 * is at its origin's document, whose `dependsOn` was added at the end of its own.
 *
 * @param inherited number of the entries of `dependsOn` that come from the origin
 */
export function renderedDocument({ manifest, from, document }: Rendering, inherited: number): ParsedDocument {
  const own = (manifest.spec.dependsOn?.length ?? 0) - inherited;
  const pathOf = ([top, field, position]: FieldPath): FieldPath | undefined =>
    top === 'spec' && field === 'dependsOn' && typeof position === 'number' && position >= own
      ? [top, field, position - own]
      : undefined;
  return {
    file: document.file,
    value: structuredClone(manifest),
    locate: (path) => document.locate(pathOf(path) ?? []),
    sourceText: () => undefined,
    origin: { key: from, pathOf },
  };
}
