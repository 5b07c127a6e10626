import { redactText } from '../../model/redact.ts';
import type { StepArguments } from '../../model/step.ts';
import { containerAddress } from '../container-address.ts';
import type { StepContext } from '../context.ts';
import { hostInUrl, httpRequest } from '../http-request.ts';
import { pause } from '../pause.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds between two looks. */
const INTERVAL = 250;
/** Milliseconds for one look. */
const REQUEST_DEADLINE = 5_000;
const SEEN_LENGTH = 300;

/**
 * Looks at what the consumer says of itself until it shows the new content. Its address is looked up each time: a
 * restart changes it.
 *
 * @throws StepError NOT_LOADED with what was seen last
 */
export async function verifyLoaded(
  { container, loaded }: StepArguments['VerifyLoaded'],
  context: StepContext,
): Promise<void> {
  const { clock } = context;
  // A timer rather than a comparison of times: the wall clock may jump.
  let expired = false;
  const cancel = clock.after(loaded.within, () => (expired = true));
  try {
    for (;;) {
      const seen = await look(container, loaded, context);
      if (seen === undefined) return;
      if (expired) {
        throw new StepError(
          'NOT_LOADED',
          `Container ${container} does not show the new content: GET :${loaded.port}${loaded.path} did not contain ` +
            `${JSON.stringify(loaded.contains)} within ${loaded.within} ms; last seen: ${seen}`,
        );
      }
      await pause(clock, Math.min(INTERVAL, loaded.within));
    }
  } finally {
    cancel();
  }
}

/** Undefined when the text is there, else what was seen instead. */
async function look(
  container: string,
  loaded: StepArguments['VerifyLoaded']['loaded'],
  { engine, clock }: StepContext,
): Promise<string | undefined> {
  let url = 'no address';
  try {
    const host = await containerAddress(engine, container);
    url = `http://${hostInUrl(host)}:${loaded.port}${loaded.path}`;
    const deadline = Math.min(REQUEST_DEADLINE, Math.max(INTERVAL, loaded.within));
    const target = { host, port: loaded.port, path: loaded.path, method: 'GET' };
    const answer = await httpRequest(clock, { ...target, deadline, beyondLimit: 'cut' });
    if (answer.status < 400 && answer.body.includes(loaded.contains)) return undefined;
    return `${url} answered ${answer.status}: ${redactText(answer.body.trim()).slice(0, SEEN_LENGTH)}`;
  } catch (error) {
    return `${url}: ${(error as Error).message}`;
  }
}
