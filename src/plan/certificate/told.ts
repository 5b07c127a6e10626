/**
 * Who was told of what lies live, as the memory keeps it (`Memory.notified`): one record a resource, so that a consumer
 * that cannot be told does not make the others be told again and again.
 *
 * @param material `materialDigest`
 * @param ids `servedId` of those who were told of it
 */
export function toldRecord(material: string, ids: Iterable<string>): string {
  return JSON.stringify([material, ...[...new Set(ids)].sort()]);
}

/** The consumers that were told of this material; none when the record is of another one, or unreadable. */
export function toldOf(record: string | undefined, material: string): ReadonlySet<string> {
  try {
    const [of, ...ids] = JSON.parse(record ?? '[]') as string[];
    return new Set(of === material ? ids : []);
  } catch {
    return new Set();
  }
}
