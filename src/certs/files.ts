/** What `lstat` says, as far as pairs need it. */
export interface FileStatus {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly uid: number;
  readonly gid: number;
  /** Permission bits only. */
  readonly mode: number;
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** Who a new file belongs to; -1 leaves it as it is (chown(2)). */
export interface FileOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The file operations that pairs, bundles and secrets are made of: one system call's effect each, so that a simulation
 * can die between any two of them. All reject with the file system's error (`code`), `status` alone says undefined for
 * what is not there. Nothing here follows a symlink in the last part of a path, except `read`.
 */
export interface CertificateFiles {
  status(path: string): Promise<FileStatus | undefined>;
  read(path: string): Promise<Buffer>;
  /** Of a file itself: ELOOP for a symlink, whenever it took the file's place, EINVAL for what is no file. */
  readItself(path: string): Promise<Buffer>;
  /** Names in a directory, sorted. */
  list(path: string): Promise<string[]>;
  readLink(path: string): Promise<string>;
  /** Makes one directory with exactly this mode, whatever the umask. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** Makes a new file, whole and durable, with its owner and mode from the beginning; EEXIST when there is one. */
  create(path: string, content: Buffer, owner: FileOwner, mode: number): Promise<void>;
  chown(path: string, owner: FileOwner): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  /** A second name for a file; EEXIST when the name is taken: how something goes live without replacing anything. */
  link(existing: string, path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Removes a file or symlink. */
  remove(path: string): Promise<void>;
  /** Removes an empty directory. */
  removeDirectory(path: string): Promise<void>;
  /** Makes the names in a directory durable. */
  sync(path: string): Promise<void>;
}
