import type { FileDigests } from '../file-digests.ts';
import type { SilenceAt } from '../host-places.ts';

/** What normalising needs besides the manifest itself. */
export interface NormaliseContext {
  /** Image overrides of the Bastion resource. */
  readonly images: Readonly<Record<string, string>>;
  /** Absolute path of the desired-state directory. */
  readonly directory: string;
  /** Prefix of host paths; empty for none. */
  readonly root: string;
  /** Host directories that the Bastion resource allows, without the prefix. */
  readonly allowedRoots: readonly string[];
  /** Directory of the default places of authorities and certificates, without the prefix. */
  readonly pkiDirectory: string;
  /** Directories of the operator and its human, absolute. */
  readonly reserved: readonly string[];
  /** Why a path must not be touched; absent: all may. */
  readonly silenceAt?: SilenceAt | undefined;
  /** Of files of build contexts. */
  readonly digests: FileDigests;
  /** Manifest file, relative to the directory. */
  readonly file: string;
}
