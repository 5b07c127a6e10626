const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'something above it is not a directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ELOOP: 'a loop of symlinks',
  EIO: 'the disk reports an error; look at the kernel log',
  ESTALE: 'the server of its network file system no longer knows it; mount it again',
  ENOTCONN: 'the program behind its file system has ended; mount it again',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many open files',
  ECONNREFUSED: 'nobody listens there',
};

/** Why something could not be opened or read, in words instead of the system's code and call; other errors as they are. */
export function readErrorText(error: unknown): string {
  const code = errorCode(error);
  const reason = code === undefined || !Object.hasOwn(REASONS, code) ? undefined : REASONS[code];
  return reason ?? (error instanceof Error ? error.message : String(error));
}

/** Whether there is nothing of that name. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
