import type { Key } from './key.ts';
import type { BackupManifest, BastionManifest } from './manifest-types.ts';
import type { StackManifest } from './stack-manifests.ts';

/** A high-level resource as it was when all that is rendered from it was good. */
export interface GoodMember {
  readonly manifest: StackManifest;
  /** Texts of the files beside it that were read, by path as written. */
  readonly texts: Readonly<Record<string, string>>;
}

/** As much of a Backup as renderers see. */
export type BackupWish = Pick<BackupManifest, 'metadata' | 'spec'>;

/** What was rendered from what. Stands in at the next reading for what is broken then. */
export interface Expansion {
  /** The Bastion's spec as written, defaults filled in. */
  readonly bastion: BastionManifest['spec'];
  /** Every high-level resource of the same DesiredState. */
  readonly members: Readonly<Partial<Record<Key, GoodMember>>>;
  /** Every Backup of the same DesiredState. */
  readonly backups: Readonly<Partial<Record<Key, BackupWish>>>;
}
