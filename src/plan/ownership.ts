/** Whom a path is to belong to; what is absent is left as it is. */
export interface PathOwnership {
  readonly owner?: string;
  readonly group?: string;
  readonly mode: number;
}

/** The part of a spec that `SetOwnership` takes. */
export function ownershipOf({ owner, group, mode }: PathOwnership): PathOwnership {
  return { mode, ...(owner === undefined ? {} : { owner }), ...(group === undefined ? {} : { group }) };
}
