/** Digests of the files of build contexts. */
export interface FileDigests {
  /** sha256 hex of a file's content. Throws what the file system does. */
  of(path: string): string;
}
