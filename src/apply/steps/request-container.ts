import { redactText } from '../../model/redact.ts';
import type { StepArguments } from '../../model/step.ts';
import { containerAddress } from '../container-address.ts';
import type { StepContext } from '../context.ts';
import { hostInUrl, HttpFailure } from '../http-request.ts';
import { serviceRequest } from '../service-request.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds; a reload of a large configuration takes seconds. */
const DEADLINE = 30_000;

/**
 * Sends the request that tells a consumer of its new file; any answer below 400 counts.
 *
 * @throws StepError REQUEST_FAILED, NO_ADDRESS; EngineError
 */
export async function requestContainer(
  { container, action, access }: StepArguments['RequestContainer'],
  context: StepContext,
): Promise<void> {
  const { method, port, path } = action;
  const host = await containerAddress(context.engine, container);
  const what = `${method} ${access === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${port}${path}`;
  const call = { host, port, path, method, deadline: DEADLINE, beyondLimit: 'cut' } as const;
  const answer = await serviceRequest(call, access, context).catch((cause: Error) => {
    throw new StepError('REQUEST_FAILED', `${what}: ${cause.message}.${adviceFor(cause)}`, { cause });
  });
  if (answer.status < 400) return;
  throw new StepError(
    'REQUEST_FAILED',
    `${what} was answered with ${answer.status}: ${redactText(answer.body.trim()).slice(0, 300)}`,
  );
}

function adviceFor(error: Error): string {
  const isAbsent = error instanceof HttpFailure && (error.because === 'unreachable' || error.because === 'deadline');
  return isAbsent ? ' Is the port right, and does the container listen on its network address?' : '';
}
