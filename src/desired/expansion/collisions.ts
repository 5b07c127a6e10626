import type { Key } from '../../model/key.ts';
import type { Finding } from '../../model/resource.ts';
import type { ParsedDocument } from '../parse-documents.ts';
import { toFindings } from '../read-manifests.ts';

/** A resource that comes from a high-level one, or from what all of those share. */
export interface Claim {
  readonly key: Key;
  readonly from: Key;
  /** The document of `from`. */
  readonly document: ParsedDocument;
  /** What stands in for something broken has the older right, and does not give way. */
  readonly isStandIn: boolean;
}

/** Keys that are there twice, and who has to give way. */
export interface Collisions {
  /** Declared by a person and rendered as well. */
  readonly written: ReadonlySet<Key>;
  readonly claims: ReadonlySet<Claim>;
  readonly findings: readonly Finding[];
}

/** Resources that are rendered twice, or rendered and declared. Each side is told of the other. */
export function findCollisions(claims: readonly Claim[], declared: ReadonlyMap<Key, ParsedDocument>): Collisions {
  const byKey = new Map<Key, Claim[]>();
  for (const claim of claims) byKey.set(claim.key, [...(byKey.get(claim.key) ?? []), claim]);
  const written = new Set<Key>();
  const contested = new Set<Claim>();
  const findings: Finding[] = [];
  for (const [key, claimants] of byKey) {
    const document = declared.get(key);
    if (document === undefined && claimants.length === 1) continue;
    for (const claim of claimants) {
      if (claim.isStandIn) continue;
      contested.add(claim);
      const other = claimants.find((each) => each !== claim);
      const message = `renders ${key}, which ${clashOf(claim, document, other)}`;
      findings.push(...tell(claim.document, claim.from, message, []));
    }
    const [first] = claimants;
    if (document === undefined || first === undefined) continue;
    written.add(key);
    const message = `is rendered from ${first.from} at ${placeOf(first.document)} too: remove this document, or rename it or ${first.from}`;
    findings.push(...tell(document, key, message, ['metadata', 'name']));
  }
  return { written, claims: contested, findings };
}

function clashOf({ from }: Claim, declared: ParsedDocument | undefined, other: Claim | undefined): string {
  if (declared !== undefined)
    return `is declared at ${placeOf(declared)} too: remove that document, or rename one of the two`;
  if (other === undefined || other.from === from)
    return 'is rendered twice, which is a fault of bastion: please report it';
  return `is rendered from ${other.from} at ${placeOf(other.document)} too: rename one of the two`;
}

function tell(document: ParsedDocument, key: Key, message: string, path: readonly string[]): Finding[] {
  return toFindings(document, key, [{ path, rule: 'duplicate', message }]);
}

function placeOf(document: ParsedDocument): string {
  const { file, line } = document.locate([]);
  return `${file}:${line}`;
}
