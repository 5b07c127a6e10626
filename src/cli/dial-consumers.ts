import { containerAddress } from '../apply/container-address.ts';
import { createDial } from '../certs/create-dial.ts';
import type { Dial } from '../certs/dial.ts';
import { realFiles } from '../certs/real-files.ts';
import { withIdentity } from '../certs/with-identity.ts';
import type { EngineReader } from '../engine/port.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
import { redactText } from '../model/redact.ts';
import type { Clock } from '../runtime/clock.ts';

const AT_ONCE = 4;
const DEADLINE_MILLISECONDS = 3000;

/** Dials each consumer once, a few at a time, and changes nothing. By `ServedTarget.id`; never rejects. */
export async function dialConsumers(
  targets: readonly ServedTarget[],
  reader: EngineReader,
  clock: Clock,
  dial: Dial = createDial(() => clock.now()),
): Promise<Record<string, ObservedServed>> {
  const look = async ({
    container,
    address,
    port,
    serverName,
    trust,
    identity,
  }: ServedTarget): Promise<ObservedServed> => {
    try {
      const host = container === undefined ? (address ?? '') : await containerAddress(reader, container);
      const request = { host, port, serverName, trust, deadline: DEADLINE_MILLISECONDS };
      return await withIdentity(realFiles, identity, (pair) => dial({ ...request, ...(pair && { identity: pair }) }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { at: clock.now(), state: 'unreachable', error: redactText(message) };
    }
  };

  const found: Record<string, ObservedServed> = {};
  const queue = [...targets];
  const work = async (): Promise<void> => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift())
      found[target.id] = await look(target);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}
