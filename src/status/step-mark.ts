import type { FieldChange } from '../model/fields.ts';
import type { Operation, Step } from '../model/step.ts';

/** `+`, `~` or `-` of an operation; starting what was missing belongs to its making. */
export function markOf({ op: operation, cause }: { op: Operation; cause: string }): 'add' | 'change' | 'remove' {
  const completes = /^(StartContainer|WriteFile|RestoreFile|WriteBundle|IssueCertificate|TakeUpCertificate)$/;
  if (/^(Create|Pull|Build|Generate)/.test(operation) || (completes.test(operation) && cause === 'missing'))
    return 'add';
  return /^(Remove|Disconnect)/.test(operation) ? 'remove' : 'change';
}

/** Changes worth showing: when the whole object is missing, its every field is no news. What is made anew for a drift has some. */
export function shownFields({ cause, fields }: Pick<Step, 'cause' | 'fields'>): readonly FieldChange[] {
  return cause === 'missing' ? [] : fields;
}
