/** A field's value in canonical form: JSON, arrays sorted where order has no meaning. */
export type FieldValue =
  string | number | boolean | null | readonly FieldValue[] | { readonly [name: string]: FieldValue };

/**
 * An object's state as a flat map from field path (Compose's names: `mem_limit`, `environment.TZ`,
 * `networks.front.aliases`) to canonical value. A field at its default is absent.
 */
export type Fields = Readonly<Record<string, FieldValue>>;

/** One field that is not as wanted. `undefined` means absent (at its default). */
export interface FieldChange {
  readonly path: string;
  readonly want: FieldValue | undefined;
  readonly got: FieldValue | undefined;
}
