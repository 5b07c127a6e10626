/** Why a desired state cannot be used at all; everything smaller is a finding. */
export type DesiredStateErrorCode = 'DESIRED_MISSING' | 'DESIRED_EMPTY' | 'DESIRED_UNREADABLE' | 'DESIRED_TOO_LARGE';

/** Nothing usable could be read: the pass stops and nothing is changed. */
export class DesiredStateError extends Error {
  override readonly name = 'DesiredStateError';
  readonly code: DesiredStateErrorCode;

  constructor(code: DesiredStateErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
