import { createHash } from 'node:crypto';
import type { ConsentPurpose } from '../model/gates.ts';
import type { ConsentRequest } from '../model/plan.ts';

/**
 * Names a consent file after exactly what it allows, so that a consent once given cannot be used for anything else.
 *
 * @param purpose what it is asked for; the name begins with it
 * @param removes what would be removed, with the identity of each object
 */
export function consentRequest(purpose: ConsentPurpose, removes: readonly string[]): ConsentRequest {
  const sorted = [...removes].sort();
  const digest = createHash('sha256')
    .update(`${purpose}\n${sorted.join('\n')}`)
    .digest('hex')
    .slice(0, 12);
  return { file: `${purpose}-${digest}.ok`, removes: sorted };
}
