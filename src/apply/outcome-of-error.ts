import { isEngineError, type EngineError } from '../engine/errors.ts';
import { redactText } from '../model/redact.ts';
import type { Outcome } from '../model/outcome.ts';
import { fileErrorText } from './file-error-text.ts';
import { STEP_ERROR_CODES, StepError } from './step-error.ts';

/** Milliseconds after which to look again when the object changed under us. */
const LOOK_AGAIN = 500;

/** What a step threw to its outcome. Whatever is not known is worth another try: a wrong "never again" is worse. */
export function outcomeOfError(error: unknown): Outcome {
  if (isEngineError(error)) return outcomeOfEngineError(error);
  if (error instanceof StepError) {
    const { code, message, of } = error;
    return { type: STEP_ERROR_CODES[code], error: { code, message, ...(of === undefined ? {} : { of }) } };
  }
  const text = fileErrorText(error);
  if (text !== undefined)
    return { type: 'retry', error: { code: `FILE_${(error as { code: string }).code}`, message: text } };
  const message = redactText(error instanceof Error ? error.message : String(error));
  return { type: 'retry', error: { code: 'STEP_FAULT', message: `A fault of the operator itself: ${message}` } };
}

function outcomeOfEngineError(error: EngineError): Outcome {
  const { code, message } = error;
  switch (code) {
    case 'ENGINE_UNREACHABLE':
    case 'ENGINE_DEADLINE':
    case 'ENGINE_GARBAGE':
      return { type: 'retry', error: { code, message: `${message}; outcome unknown, will look again` } };
    case 'ENGINE_NOT_FOUND':
      // A missing network or image is not mended by looking again at once; a vanished object is planned anew.
      return /no such container|no such volume|container .* not found/i.test(message)
        ? { type: 'requeueAfter', milliseconds: LOOK_AGAIN, reason: `it vanished meanwhile: ${message}` }
        : { type: 'retry', error: { code, message } };
    case 'ENGINE_CONFLICT':
      return /removal .*in progress|marked for removal|is being removed/i.test(message)
        ? { type: 'requeueAfter', milliseconds: LOOK_AGAIN, reason: `it is being removed: ${message}` }
        : { type: 'retry', error: { code, message } };
    case 'ENGINE_BAD_REQUEST':
      return isAboutTheSpec(error)
        ? { type: 'terminal', error: { code, message: `${message}; it is not tried again until the spec changes` } }
        : { type: 'retry', error: { code, message } };
    case 'ENGINE_NOT_ALLOWED':
    case 'ENGINE_FAULT':
    case 'IMAGE_UNAVAILABLE':
    case 'BUILD_FAILED':
      return { type: 'retry', error: { code, message } };
  }
}

/**
 * Refusals that nothing but another spec can mend, in moby's words (daemon/container.go, daemon/daemon_unix.go,
 * volume/mounts, distribution/reference, opts, nat). A bind source that is not mounted yet is refused with 400, too, and
 * so is much else that passes: what is not in this list is tried again.
 */
const ABOUT_THE_SPEC: readonly RegExp[] = [
  /invalid reference format/i,
  /invalid container name|invalid hostname/i,
  /invalid restart policy|maximum retry count/i,
  /minimum memory limit allowed|memoryswap limit|memory reservation limit|memory limit should be/i,
  /(?:conflicting|invalid) options:/i,
  /no command specified|config cannot be empty/i,
  /working directory .* is invalid/i,
  /in healthcheck cannot be/i,
  /invalid signal/i,
  /invalid (?:ipc|pid|uts|cgroup|userns) mode|unknown capability|invalid cap(?:ability|add|drop)/i,
  /invalid environment variable|invalid (?:container|host)? ?port|invalid port specification|invalid proto/i,
  /duplicate mount point|invalid volume specification|mount path must be absolute|destination can't be '\/'/i,
  /includes invalid characters/i,
  /invalid sysctl|invalid --security-opt|invalid value for .*(?:shm|oom)/i,
  /^json: cannot unmarshal|^invalid JSON/i,
];

/** Only the engine's own 400 (500 for a member of the wrong type); 401, 403, 408 and 429 come from what is before it. */
function isAboutTheSpec({ statusCode, detail }: EngineError): boolean {
  return (statusCode === 400 || statusCode === 500) && ABOUT_THE_SPEC.some((pattern) => pattern.test(detail));
}
