/** What normalising needs besides the manifest itself. */
export interface NormaliseContext {
  /** Image overrides of the Bastion resource. */
  readonly images: Readonly<Record<string, string>>;
  /** Absolute path of the desired-state directory. */
  readonly directory: string;
  /** Manifest file, relative to the directory. */
  readonly file: string;
}
