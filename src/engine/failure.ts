import { redactText } from '../model/redact.ts';
import { EngineError, type EngineErrorCode } from './errors.ts';

/** What a 5xx says that is not the engine's own failure, but a clash that goes away with its cause. */
const CLASH =
  /port is already allocated|address already in use|has active endpoints|pool overlaps|name .* is already in use|is not paused/i;

/** How Go says that a body has a member of the wrong type: 500 on the wire, but the request is at fault. */
const MISTYPED = /^(json: cannot unmarshal|invalid JSON)/i;

/**
 * An answer that is no success to an EngineError. Only the status is trusted, and the engine's own words: dockerode's
 * `reason` is missing for several codes.
 */
export function statusError(call: string, statusCode: number, body: Buffer): EngineError {
  const message = engineMessage(body);
  return new EngineError(statusToCode(statusCode, message), call, message ?? foreignBody(statusCode, body), {
    statusCode,
  });
}

function statusToCode(statusCode: number, message: string | undefined): EngineErrorCode {
  if (statusCode < 400) return 'ENGINE_GARBAGE';
  if (statusCode === 404) return 'ENGINE_NOT_FOUND';
  if (statusCode === 409) return 'ENGINE_CONFLICT';
  // The engine's own 403 is about addresses and endpoints in use; without its message it comes from a proxy before it.
  if (statusCode === 403) return message === undefined ? 'ENGINE_BAD_REQUEST' : 'ENGINE_CONFLICT';
  if (statusCode < 500) return 'ENGINE_BAD_REQUEST';
  if (message !== undefined && CLASH.test(message)) return 'ENGINE_CONFLICT';
  if (message !== undefined && MISTYPED.test(message)) return 'ENGINE_BAD_REQUEST';
  return 'ENGINE_FAULT';
}

/** The engine's own sentence: `{"message": "..."}`. */
function engineMessage(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string') {
      return value.message.trim();
    }
  } catch {
    // Not the engine's JSON: the caller shows the text itself.
  }
  return undefined;
}

function foreignBody(statusCode: number, body: Buffer): string {
  const text = body
    .toString('utf8', 0, 400)
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const proxy = statusCode === 403 ? '; does a socket proxy forbid this call?' : '';
  return `status ${statusCode}${text === '' ? '' : `: ${redactText(text).slice(0, 200)}`}${proxy}`;
}

/** A connection that could not be made, or was lost before any answer. */
export function connectionError(call: string, where: string, error: NodeJS.ErrnoException): EngineError {
  if (error instanceof EngineError) return error;
  return new EngineError(connectionCode(call, error.code ?? ''), call, connectionDetail(where, error), {
    cause: error,
  });
}

function connectionCode(call: string, code: string): EngineErrorCode {
  if (code.startsWith('HPE_')) return 'ENGINE_GARBAGE';
  // A write that may have arrived is not "no connection": its outcome is unknown.
  const lost = code === 'ECONNRESET' || code === 'EPIPE';
  return lost && !call.startsWith('GET ') ? 'ENGINE_GARBAGE' : 'ENGINE_UNREACHABLE';
}

function connectionDetail(where: string, error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return `there is no socket at ${where}; start Docker, or name its socket with DOCKER_HOST`;
    case 'ECONNREFUSED':
      return `nothing answers at ${where}; start Docker, or name its socket with DOCKER_HOST`;
    case 'EACCES':
    case 'EPERM':
      return `no permission to open ${where}; run as a member of the group that owns it (usually docker)`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of ${where} cannot be resolved; check DOCKER_HOST and the name server`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${where} closed the connection without an answer`;
    default:
      return `${where}: ${error.message}`;
  }
}
