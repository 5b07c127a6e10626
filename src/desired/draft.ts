import type { Key, Kind } from '../model/key.ts';
import type { Specs } from '../model/specs.ts';
import type { FieldPath } from './field.ts';
import type { ParsedDocument } from './parse-documents.ts';
import type {
  BackupManifest,
  CertificateAuthorityManifest,
  CertificateManifest,
  ContainerManifest,
  DirectoryManifest,
  FileManifest,
  FilePatchManifest,
  GateManifest,
  ImageManifest,
  LogFileManifest,
  NetworkManifest,
  SecretManifest,
  VolumeManifest,
} from '../model/manifest-types.ts';
import type { StackManifests } from '../model/stack-manifests.ts';

/** Manifests of the kinds that become resources. */
export interface Manifests extends StackManifests {
  Network: NetworkManifest;
  Volume: VolumeManifest;
  Image: ImageManifest;
  Directory: DirectoryManifest;
  File: FileManifest;
  FilePatch: FilePatchManifest;
  LogFile: LogFileManifest;
  Secret: SecretManifest;
  CertificateAuthority: CertificateAuthorityManifest;
  Certificate: CertificateManifest;
  Container: ContainerManifest;
  Backup: BackupManifest;
  Gate: GateManifest;
}

export type ResourceKind = Exclude<Kind, 'Bastion'>;

/** A dependency that the manifest declares, with the place where it does. */
export interface DeclaredDependency {
  readonly key: Key;
  readonly path: FieldPath;
}

/** A good document on its way to a Resource: normalised, host paths not yet prefixed, dependencies not yet inferred. */
export type Draft<K extends ResourceKind = ResourceKind> = {
  [P in K]: {
    readonly kind: P;
    readonly name: string;
    readonly key: Key;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly spec: Specs[P];
    /** The spec as written, for rules that must say where. */
    readonly written: Manifests[P]['spec'];
    readonly declared: readonly DeclaredDependency[];
    /** Where it is written, or what it was rendered from is. */
    readonly document: ParsedDocument;
  };
}[K];
