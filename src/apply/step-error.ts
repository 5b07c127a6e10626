import { redactText } from '../model/redact.ts';

/** What a step can fail with besides the engine's and the file system's own errors. */
export const STEP_ERROR_CODES = {
  /** The candidate file was refused by its check; what was there before stays. */
  CONFIG_REJECTED: 'terminal',
  /** The check did not end in time. */
  CHECK_DEADLINE: 'retry',
  /** The consumer does not show the new content within its time. */
  NOT_LOADED: 'terminal',
  /** Whether the consumer shows the new content cannot be told: a certificate is in the way of asking it. */
  LOADED_UNKNOWN: 'retry',
  /** The container answered with an error, or not at all. */
  REQUEST_FAILED: 'retry',
  /** The container has no address that this host can reach. */
  NO_ADDRESS: 'retry',
  /** The image is for another machine. */
  PLATFORM_MISMATCH: 'terminal',
  /** The registry does not offer the image for a wanted platform. */
  PLATFORM_MISSING: 'terminal',
  /** A volume of this name exists and is another one than wanted. */
  VOLUME_DIFFERS: 'retry',
  /** The path, or a directory above it, is a symlink or of another type than wanted. */
  UNSAFE_PATH: 'retry',
  /** The host has no such user or group. */
  UNKNOWN_OWNER: 'retry',
  /** Somebody else's file is not what it was a moment ago. */
  FILE_CHANGED: 'retry',
  /** There is no previous content to put back. */
  NO_LAST_GOOD: 'terminal',
  /** The build context cannot be packed. */
  CONTEXT_UNUSABLE: 'retry',
  /** The authority cannot sign, or what it signed does not verify. */
  ISSUE_FAILED: 'retry',
  /** The authority is not the one any more that was planned with. */
  AUTHORITY_CHANGED: 'retry',
  /** The service does not serve the new certificate within its time. */
  NOT_SERVED: 'retry',
  /** Something that is not ours lies where something of ours shall be. */
  PATH_TAKEN: 'retry',
  /** The certificate that was signed elsewhere does not fit the request. */
  SIGNATURE_UNUSABLE: 'retry',
  /** A backup could not be made, or was read back and is not whole. */
  BACKUP_FAILED: 'retry',
} as const satisfies Record<string, 'retry' | 'terminal'>;
export type StepErrorCode = keyof typeof STEP_ERROR_CODES;

/** A step's failure, for people: what, where, what to do. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly code: StepErrorCode;
  /** What it is about, where a resource has several: the `servedId` of a consumer, the sha256 of a content. */
  readonly of: string | undefined;

  constructor(code: StepErrorCode, message: string, options: { readonly cause?: unknown; readonly of?: string } = {}) {
    // Checks, consumers and containers say what they like in it.
    super(redactText(message), options);
    this.code = code;
    this.of = options.of;
  }
}
