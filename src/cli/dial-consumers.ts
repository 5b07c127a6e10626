import { dialTarget } from '../apply/dial-target.ts';
import { createDial } from '../certs/create-dial.ts';
import type { Dial } from '../certs/dial.ts';
import { realFiles } from '../certs/real-files.ts';
import { withIdentity } from '../certs/with-identity.ts';
import type { EngineReader } from '../engine/port.ts';
import type { ServedTarget } from '../model/certificate-steps.ts';
import type { ObservedServed } from '../model/observed-certificates.ts';
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
  const look = (target: ServedTarget): Promise<ObservedServed> =>
    withIdentity(realFiles, target.identity, (identity) =>
      dialTarget(target, identity, { engine: reader, dial, clock }, DEADLINE_MILLISECONDS),
    );
  const found: Record<string, ObservedServed> = {};
  const queue = [...targets];
  const work = async (): Promise<void> => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift())
      found[target.id] = await look(target);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}
