import type { Field } from '../field.ts';

/** Fields that a shell in the container may read: there `$NAME` is plain text to us and a variable to the shell. */
const VARIABLE = /\$\$|\$\{[A-Za-z_]/;

/**
 * Compose replaces `${NAME}` and turns `$$` into `$`; the operator does neither. A pasted service that counts on it
 * gets a warning at each such text.
 */
export function findVariables(value: unknown, field: Field): void {
  if (typeof value === 'string') {
    if (VARIABLE.test(value))
      field.warning(
        'variables are not substituted and $$ stays $$: the text reaches the container as it is written',
        'no-interpolation',
      );
  } else if (Array.isArray(value)) value.forEach((item, position) => findVariables(item, field.at(position)));
  else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) findVariables(member, field.at(name));
}
