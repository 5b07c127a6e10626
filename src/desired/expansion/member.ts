import type { Key } from '../../model/key.ts';
import type { StackManifest } from '../../model/stack-manifests.ts';
import type { ParsedDocument } from '../parse-documents.ts';

/** A high-level resource as it takes part in the expansion. */
export interface Member {
  readonly key: Key;
  /**
   * - `fresh`: as its document is now.
   * - `last good`: its document is broken; it is rendered from what was good last, into the house as it is now.
   * - `frozen`: that does not fit the house any more either, so its parts stay the resources that they were. For the
   *   others it goes on to be what was good last.
   */
  readonly standing: 'fresh' | 'last good' | 'frozen';
  readonly manifest: StackManifest;
  /** Where it is written, or was when it was good last. */
  readonly document: ParsedDocument;
  /** Last good only: texts of the files beside it, by path as written. */
  readonly texts?: Readonly<Record<string, string>>;
}
