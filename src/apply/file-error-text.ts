type FileError = NodeJS.ErrnoException & { readonly code: string };

function isFileError(error: unknown): error is FileError {
  return error instanceof Error && 'errno' in error && 'code' in error && typeof error.code === 'string';
}

const FILE_ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space, what was there is untouched',
  EDQUOT: 'the disk quota is used up; free some space, what was there is untouched',
  EACCES: 'permission denied; let the operator write there or run it as a user that may',
  EPERM: 'not permitted; changing owners needs root (or CAP_CHOWN), and the file may be immutable',
  EROFS: 'the file system is read-only; mount it writable (under systemd: ReadWritePaths=, docs/install.md)',
  ENOENT: 'it does not exist; make it, or declare a Directory for it',
  ENOTDIR: 'something above it is not a directory',
  EISDIR: 'there is a directory of that name',
  EIO: 'the disk reports an error; look at the kernel log',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many open files; raise LimitNOFILE',
};

/** What the file system refused, for people, with what to do; undefined for every other error. */
export function fileErrorText(error: unknown): string | undefined {
  if (!isFileError(error)) return undefined;
  const advice = FILE_ADVICE[error.code];
  const path = error.path ?? 'a file';
  return advice === undefined ? error.message : `${path}: ${advice} (${error.code})`;
}

/** Codes of the file system that there is advice for. */
export function fileErrorCodes(): string[] {
  return Object.keys(FILE_ADVICE);
}
