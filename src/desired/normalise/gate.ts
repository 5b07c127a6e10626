import { CONSENT_PURPOSES } from '../../model/gates.ts';
import type { GateSpec } from '../../model/specs.ts';
import type { GateManifest } from '../../model/manifest-types.ts';
import type { Field } from '../field.ts';

/** A validated Gate manifest's spec to its normal form; `field` stands for `spec`. */
export function normaliseGate(spec: GateManifest['spec'], name: string, field: Field): GateSpec {
  const purpose = CONSENT_PURPOSES.find((each) => name.startsWith(`${each}-`));
  if (purpose !== undefined)
    field.error(`a gate whose name begins with ${purpose}- would double as a consent file: name it otherwise`);
  return { checklist: spec.checklist, revalidate: spec.revalidate };
}
