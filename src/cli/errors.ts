/** A command line that cannot be understood; ends with exit code 64 (EX_USAGE of sysexits.h). */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A command that failed for a reason that a person can act on; ends with exit code 1 and without a stack. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** `plan`: there are steps that would run now; `validate`, `render`: the desired state is invalid. */
  changes: 2,
  /** Only what waits for a human (a closed gate, a consent, a hold) is left. */
  waiting: 3,
  usage: 64,
} as const;
