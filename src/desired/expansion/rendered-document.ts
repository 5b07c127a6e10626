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
  /** Positions in `dependsOn` there of the entries at the end of the manifest's own. */
  readonly inherited: readonly number[];
}

/**
 * A rendered manifest as a document of its own, which may be changed (defaults are filled in). All that is found in it
 * is at its origin's document.
 */
export function renderedDocument({ manifest, from, document, inherited }: Rendering): ParsedDocument {
  const own = (manifest.spec.dependsOn?.length ?? 0) - inherited.length;
  const pathOf = ([top, field, position]: FieldPath): FieldPath | undefined => {
    const index = typeof position === 'number' ? inherited[position - own] : undefined;
    return top === 'spec' && field === 'dependsOn' && index !== undefined ? [top, field, index] : undefined;
  };
  return {
    file: document.file,
    value: structuredClone(manifest),
    locate: (path) => document.locate(pathOf(path) ?? []),
    sourceText: () => undefined,
    origin: { key: from, pathOf },
  };
}
