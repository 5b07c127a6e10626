/** Optional members: those that may be undefined become optional and lose it. */
type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** A copy without the members that are undefined, so that unset fields are absent and hashes do not know of them. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** The list, map or flag; undefined when it says nothing (empty, false), so that it is absent from the spec. */
export function unlessEmpty<T extends object | boolean>(value: T | undefined): T | undefined {
  if (value === undefined || value === false) return undefined;
  return typeof value === 'object' && Object.keys(value).length === 0 ? undefined : value;
}
