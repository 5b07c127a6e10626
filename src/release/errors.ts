/**
 * Why something about releases could not be done. GIT_FAILED: git said no; DISK_FULL: no space is left; LOCKED: another
 * push or rollback is under way; BROKEN_OBJECT: git gave something else than was asked for; TOO_LARGE: a commit holds more
 * than is taken. docs/git-push.md has them all.
 */
export type ReleaseErrorCode = 'GIT_FAILED' | 'DISK_FULL' | 'LOCKED' | 'BROKEN_OBJECT' | 'TOO_LARGE';

/** Something about releases that could not be done; what runs is as it was. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly code: ReleaseErrorCode;

  constructor(code: ReleaseErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}

/** The file system's error in words, where it is one that a push may meet; anything else as it is. */
export function releaseFailure(error: unknown, place: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ReleaseError('DISK_FULL', `no space is left on the disk of ${place}: make room there, then push again`, {
    cause: error,
  });
}
