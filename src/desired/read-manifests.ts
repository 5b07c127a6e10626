import { keyOf, type Key, type Kind } from '../model/key.ts';
import type { Finding } from '../model/resource.ts';
import { formatPath, type Problem } from './field.ts';
import type { BastionManifest } from '../model/manifest-types.ts';
import type { Manifest } from './normalise/index.ts';
import { parseDocuments, type ParsedDocument } from './parse-documents.ts';
import type { DirectoryContent } from './read-directory.ts';
import { identify, ManifestValidator } from './validate.ts';

/** A document that fits its schema, but for keys too many, which make its key a broken one. */
export interface ValidDocument {
  readonly document: ParsedDocument;
  readonly manifest: Manifest | BastionManifest;
  readonly key: Key;
}

/** All documents of a directory, as far as they can be used. */
export interface ReadManifests {
  readonly valid: readonly ValidDocument[];
  /** Files and directories with anything broken in them. */
  readonly brokenFiles: Set<string>;
  /** Keys that are declared, but in a broken way. */
  readonly brokenKeys: Set<Key>;
  readonly findings: Finding[];
  /** Documents that are not empty, good or bad. */
  readonly documents: number;
}

/** Parses and validates every file, and finds keys that are declared twice. */
export async function readManifests(
  content: DirectoryContent,
  validator: ManifestValidator = new ManifestValidator(),
): Promise<ReadManifests> {
  const result = {
    valid: [] as ValidDocument[],
    brokenFiles: new Set(content.broken),
    brokenKeys: new Set<Key>(),
    findings: [...content.findings],
    documents: 0,
  };
  for (const { file, text } of content.files) {
    const parsed = parseDocuments(file, text);
    result.documents += parsed.documents.length;
    result.findings.push(...parsed.findings);
    if (parsed.findings.length > 0) {
      result.brokenFiles.add(file);
      // Whatever else is unclear, a broken Bastion document decides over everything.
      if (/^kind:\s*["']?Bastion\b/m.test(text)) result.brokenKeys.add(keyOf('Bastion', ''));
    }
    for (const document of parsed.documents) await readDocument(document, validator, result);
  }
  return { ...result, valid: withoutDuplicates(result) };
}

async function readDocument(
  document: ParsedDocument,
  validator: ManifestValidator,
  result: Omit<ReadManifests, 'valid' | 'documents'> & { valid: ValidDocument[] },
): Promise<void> {
  const { kind, name, problems } = identify(document.value);
  const key = kind === undefined ? undefined : keyOf(kind, name ?? '');
  const all = kind === undefined ? problems : [...problems, ...(await validator.validate(kind, document.value))];
  result.findings.push(...toFindings(document, key, all));
  if (key !== undefined && all.every(({ unknownKey }) => unknownKey === true))
    result.valid.push({ document, key, manifest: document.value as Manifest | BastionManifest });
  if (all.length === 0) return;
  result.brokenFiles.add(document.file);
  if (key !== undefined) result.brokenKeys.add(key);
}

function withoutDuplicates(result: Omit<ReadManifests, 'documents'>): ValidDocument[] {
  const groups = new Map<Key | Kind, ValidDocument[]>();
  for (const entry of result.valid) {
    const name = entry.manifest.kind === 'Bastion' ? 'Bastion' : entry.key;
    groups.set(name, [...(groups.get(name) ?? []), entry]);
  }
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return group;
    for (const entry of group) {
      const { file, line } = (group.find((other) => other !== entry) ?? entry).document.locate([]);
      const what = entry.manifest.kind === 'Bastion' ? 'a Bastion' : entry.key;
      result.findings.push(
        ...toFindings(entry.document, entry.key, [
          {
            path: ['metadata', 'name'],
            rule: 'duplicate',
            message: `${what} is declared in ${file}:${line} too: keep one`,
          },
        ]),
      );
      result.brokenFiles.add(entry.document.file);
      result.brokenKeys.add(entry.key);
    }
    return [];
  });
}

/**
 * Problems of a document to findings with their places. Those of a rendered document are findings about what it was
 * rendered from: that is what a person can mend.
 */
export function toFindings(document: ParsedDocument, key: Key | undefined, problems: readonly Problem[]): Finding[] {
  return problems.map(({ path, rule, message, severity }) => {
    const common = { severity: severity ?? 'error', rule, source: document.locate(path) } as const;
    if (document.origin === undefined || key === undefined)
      return {
        ...common,
        ...(key === undefined || key.endsWith('/') ? {} : { key }),
        ...(path.length === 0 ? {} : { field: formatPath(path) }),
        message,
      };
    const known = document.origin.pathOf(path);
    if (known !== undefined) return { ...common, key: document.origin.key, field: formatPath(known), message };
    const place = path.length === 0 ? key : `${key} ${formatPath(path)}`;
    return { ...common, key: document.origin.key, message: `rendered ${place}: ${message}` };
  });
}
