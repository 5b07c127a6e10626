import { redactText } from '../model/redact.ts';

/**
 * What an engine call can fail with. `code` is stable and documented; `statusCode` is the engine's answer, if any.
 * dockerode's own `reason` is undefined for several codes, so only the status is looked at (docs/architecture.md).
 */
export const ENGINE_ERROR_CODES = {
  /** No connection: not running, wrong socket, no permission. */
  ENGINE_UNREACHABLE: 'The engine cannot be reached',
  /** Not answered in time: the outcome is unknown, look again. */
  ENGINE_DEADLINE: 'The engine did not answer in time',
  /** The answer was cut or is not what the API promises: the outcome is unknown, look again. */
  ENGINE_GARBAGE: 'The engine gave an answer that cannot be read',
  /** 404. */
  ENGINE_NOT_FOUND: 'Not found on the engine',
  /** 409, or 403 for addresses and endpoints in use. */
  ENGINE_CONFLICT: 'In conflict with something on the engine',
  /** 400. */
  ENGINE_BAD_REQUEST: 'The engine refused the request',
  /** Not on the list of routes, or a write by a client that only reads: refused here, before anything was sent. */
  ENGINE_NOT_ALLOWED: 'bastion does not do this to an engine',
  /** 5xx, or an error inside a stream that began with 200. */
  ENGINE_FAULT: 'The engine failed',
  /** A registry refused or could not be reached, or a pull stalled. */
  IMAGE_UNAVAILABLE: 'The image cannot be had',
  /** A build failed. */
  BUILD_FAILED: 'The image build failed',
} as const;
export type EngineErrorCode = keyof typeof ENGINE_ERROR_CODES;

/** A person mends these, and what to do is in the detail: which call met them says nothing more. */
const MENDED_BY_PEOPLE: ReadonlySet<EngineErrorCode> = new Set([
  'ENGINE_UNREACHABLE',
  'ENGINE_CONFLICT',
  'IMAGE_UNAVAILABLE',
  'BUILD_FAILED',
]);

export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;
  /** e.g. `POST /containers/create`. */
  readonly call: string;
  readonly statusCode: number | undefined;
  /** The message without the code's words and, where it has one, the call. */
  readonly detail: string;

  constructor(
    code: EngineErrorCode,
    call: string,
    detail: string,
    options: { statusCode?: number; cause?: unknown } = {},
  ) {
    // What engines, registries and builds say may quote credentials.
    const shown = redactText(detail);
    const where = MENDED_BY_PEOPLE.has(code) ? '' : ` (${call})`;
    super(redactText(`${ENGINE_ERROR_CODES[code]}: ${shown}${where}`), { cause: options.cause });
    this.code = code;
    this.call = call;
    this.detail = shown;
    this.statusCode = options.statusCode;
  }
}

/** Whether an error is an EngineError, optionally of one code. */
export function isEngineError(error: unknown, code?: EngineErrorCode): error is EngineError {
  return error instanceof EngineError && (code === undefined || error.code === code);
}
