import type { Key } from '../model/key.ts';
import type { Resource } from '../model/resource.ts';
import type { Step } from '../model/step.ts';
import type { Intent } from './in-flight.ts';

/** What steps of one resource are planned for; kept with them while they run. */
export function intentOf(
  resource: Resource | undefined,
  steps: readonly Step[],
  touchedBy: (step: Step) => readonly Key[],
  consents: readonly string[],
): Intent {
  const touched = new Map(steps.map((step) => [step, touchedBy(step)]));
  return {
    specHash: resource?.hash ?? '',
    attempt: resource?.attempt ?? '',
    touches: [...new Set([...touched.values()].flat())],
    touchedBy: touched,
    consents,
  };
}
