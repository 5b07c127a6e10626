import { redactText } from '../../model/redact.ts';
import type { StepArguments } from '../../model/step.ts';
import { containerAddress } from '../container-address.ts';
import type { StepContext } from '../context.ts';
import { hostInUrl, httpRequest } from '../http-request.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds; a reload of a large configuration takes seconds. */
const DEADLINE = 30_000;

/**
 * Sends the request that tells a consumer of its new file; any answer below 400 counts.
 *
 * @throws StepError REQUEST_FAILED, NO_ADDRESS; EngineError
 */
export async function requestContainer(
  args: StepArguments['RequestContainer'],
  { engine, clock }: StepContext,
): Promise<void> {
  const { method, port, path } = args.action;
  const host = await containerAddress(engine, args.container);
  const what = `${method} http://${hostInUrl(host)}:${port}${path}`;
  const answer = await httpRequest(clock, { host, port, path, method, deadline: DEADLINE, beyondLimit: 'cut' }).catch(
    (error: Error) => {
      throw new StepError(
        'REQUEST_FAILED',
        `${what}: ${error.message}. Is the port right, and does the container listen on its network address?`,
        {
          cause: error,
        },
      );
    },
  );
  if (answer.status < 400) return;
  throw new StepError(
    'REQUEST_FAILED',
    `${what} was answered with ${answer.status}: ${redactText(answer.body.trim()).slice(0, 300)}`,
  );
}
