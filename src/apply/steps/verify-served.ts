import type { DialIdentity } from '../../certs/dial.ts';
import { withIdentity } from '../../certs/with-identity.ts';
import type { ObservedServed } from '../../model/observed-certificates.ts';
import type { StepArguments } from '../../model/step.ts';
import { certificateStep } from '../certificate-step.ts';
import type { StepContext } from '../context.ts';
import { dialTarget } from '../dial-target.ts';
import { pause } from '../pause.ts';
import { requireInPlace } from '../require-in-place.ts';
import { StepError } from '../step-error.ts';

/** Milliseconds between two dials. */
const INTERVAL = 500;
/** Milliseconds for one dial. */
const DIAL_DEADLINE = 5_000;

/**
 * Dials a service until it serves this certificate and the handshake succeeds. Its address is looked up each time: a
 * restart changes it. Only what is found last is told: that it is not there while it restarts is no news.
 *
 * @throws StepError NOT_SERVED `of` the target with what was found last; EngineError ENGINE_NOT_FOUND when its container was
 *   removed or replaced meanwhile
 */
export const verifyServed = certificateStep<'VerifyServed'>((args, context) =>
  withIdentity(context.files, args.served.identity, (identity) => dialUntilServed(args, identity, context)),
);

async function dialUntilServed(
  { served, fingerprint, within }: StepArguments['VerifyServed'],
  identity: DialIdentity | undefined,
  context: StepContext,
): Promise<void> {
  const { clock } = context;
  const deadline = Math.min(DIAL_DEADLINE, Math.max(INTERVAL, within));
  // A timer rather than a comparison of times: the wall clock may jump.
  let expired = false;
  const cancel = clock.after(within, () => (expired = true));
  try {
    for (;;) {
      const found = await dialTarget(served, identity, context, deadline);
      const problem = problemOf(found, fingerprint);
      // Nothing is served by a container that is gone, and that is no fault of the certificate.
      if (found.state === 'unreachable' && served.container !== undefined)
        await requireInPlace(context.engine, served.container, `dial ${served.consumer}:${served.port}`);
      if (problem === undefined || expired) context.reportServed(context.target, served, found);
      if (problem === undefined) return;
      if (expired) {
        throw new StepError(
          'NOT_SERVED',
          `${served.consumer} does not serve the new certificate on port ${served.port} within ${within} ms: ${problem}.`,
          { of: served.id },
        );
      }
      await pause(clock, Math.min(INTERVAL, within));
    }
  } finally {
    cancel();
  }
}

/** Undefined when all is well. */
function problemOf(found: ObservedServed, fingerprint: string): string | undefined {
  if (found.state === 'unreachable') return `it shows no certificate (${found.error})`;
  const failure = found.failure === undefined ? '' : `, and the handshake failed: ${found.failure}`;
  if (found.fingerprint !== fingerprint) {
    const until = new Date(found.notAfter).toISOString();
    return `it serves the one with serial ${found.serial}, valid until ${until}${failure}`;
  }
  return found.failure === undefined ? undefined : `it shows the new one, but the handshake failed: ${found.failure}`;
}
