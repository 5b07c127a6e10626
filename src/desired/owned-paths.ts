import type { Resource } from '../model/resource.ts';

/** One host path that a resource writes, and the field of its spec that names it. */
export interface OwnedPath {
  readonly field: string;
  readonly path: string;
}

const FIELDS = {
  Directory: ['path'],
  File: ['path'],
  FilePatch: ['path'],
  LogFile: ['path'],
  Secret: ['path'],
  CertificateAuthority: ['certificate', 'key', 'bundle'],
  Backup: ['directory'],
  Certificate: ['directory', 'certificate', 'key', 'request', 'signed'],
} as const;

/** Every host path that a resource writes; empty for kinds that write none. */
export function ownedPaths(subject: Pick<Resource, 'kind' | 'spec'>): OwnedPath[] {
  const spec = subject.spec as unknown as Readonly<Record<string, string>>;
  return fieldsOf(subject.kind).map((field) => ({ field, path: spec[field] ?? '' }));
}

/** A copy of a spec with another text in place of each of its paths. */
export function mapOwnedPaths<T extends object>(kind: Resource['kind'], spec: T, map: (path: string) => string): T {
  const texts = spec as Readonly<Record<string, string>>;
  return { ...spec, ...Object.fromEntries(fieldsOf(kind).map((field) => [field, map(texts[field] ?? '')])) };
}

function fieldsOf(kind: Resource['kind']): readonly string[] {
  return kind in FIELDS ? FIELDS[kind as keyof typeof FIELDS] : [];
}
