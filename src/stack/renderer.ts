import type { Key, StackKind } from '../model/key.ts';
import type { Levels } from '../model/levels.ts';
import type {
  BackupManifest,
  BastionManifest,
  CertificateManifest,
  ContainerManifest,
  DirectoryManifest,
  FileManifest,
  FilePatchManifest,
  ImageManifest,
  LogFileManifest,
  NetworkManifest,
  SecretManifest,
  VolumeManifest,
} from '../model/manifest-types.ts';
import type { ServiceSpec } from '../model/service-spec.ts';
import type { StackManifests } from '../model/stack-manifests.ts';

type Written<M extends { kind: string; spec: object }> = {
  readonly apiVersion: 'bastion.lab/v1';
  readonly kind: M['kind'];
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  /** As a person would write it: fields with a default may be left out. */
  readonly spec: DeepPartial<M['spec']>;
};

type DeepPartial<T> = T extends readonly (infer I)[]
  ? readonly DeepPartial<I>[]
  : T extends object
    ? { readonly [P in keyof T]?: DeepPartial<T[P]> }
    : T;

/** A manifest of a primitive kind, as if a person had written it: it goes through the same checks. */
export type RenderedManifest =
  | Written<NetworkManifest>
  | Written<VolumeManifest>
  | Written<ImageManifest>
  | Written<DirectoryManifest>
  | Written<FileManifest>
  | Written<FilePatchManifest>
  | Written<LogFileManifest>
  | Written<SecretManifest>
  | Written<CertificateManifest>
  | Written<ContainerManifest>;

/** Text of a file beside a manifest, or why there is none, as a message for a problem at the field that names it. */
export type SourceText = { readonly text: string } | { readonly problem: string };

/** The whole house, as far as a renderer may look around in it. Plain values. */
export interface House {
  readonly bastion: BastionManifest['spec'];
  /** All high-level resources, sorted by name within a kind; of one that is broken now its last good version. */
  readonly stack: { readonly [K in StackKind]: readonly StackManifests[K][] };
  /** All backups that are wanted: what they need of a member (an administrator's interface), it must offer. */
  readonly backups: readonly Pick<BackupManifest, 'metadata' | 'spec'>[];
  readonly levels: Levels;
  /** Wanted image reference to the one that is used (the Bastion's overrides). */
  readonly image: (reference: string) => string;
  /**
   * A file beside a manifest, by the manifest's key and the path as written there (relative to the manifest's own
   * file). While the document is broken: the text that belonged to its last good version.
   */
  readonly source: (of: Key, path: string) => SourceText;
}

/** Something in this high-level resource that cannot be rendered. What is wrong with others is for their renderers to say. */
export interface RenderProblem {
  /** Path of the field in the document. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

export interface Rendered {
  readonly manifests: readonly RenderedManifest[];
  readonly service?: ServiceSpec;
  /** Without these it serves nobody, though its parts be there. One that is not declared does not count. */
  readonly servedBy?: readonly Key[];
  readonly problems?: readonly RenderProblem[];
}

/**
 * One high-level resource to what it is made of. Pure: equal house, equal manifests. Changes nothing that it is given.
 * What its parts have in common (its own `dependsOn`) is added by the caller.
 */
export type Renderer<K extends StackKind> = (manifest: StackManifests[K], house: House) => Rendered;
