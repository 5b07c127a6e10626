import type { Dial, DialIdentity } from '../certs/dial.ts';
import type { EngineReader } from '../engine/port.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import { redactText } from '../model/redact.ts';
import type { Clock } from '../runtime/clock.ts';
import { containerAddress } from './container-address.ts';

export interface DialTargetContext {
  readonly engine: EngineReader;
  readonly dial: Dial;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * One dial of a consumer at its address of this moment: a restart changes a container's. Never rejects.
 *
 * @param identity what we present; undefined: nothing
 * @param deadline milliseconds
 */
export async function dialTarget(
  { consumer, container, address, port, serverName, trust }: ServedTarget,
  identity: DialIdentity | undefined,
  { engine, dial, clock }: DialTargetContext,
  deadline: number,
): Promise<ObservedServed> {
  try {
    const host = container === undefined ? address : await containerAddress(engine, container);
    if (host === undefined) throw new Error(`nothing says where ${consumer} is`);
    return await dial({ host, port, serverName, trust, ...(identity && { identity }), deadline });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { at: clock.now(), state: 'unreachable', error: redactText(message) };
  }
}
