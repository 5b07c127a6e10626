import type { Field } from '../field.ts';

/**
 * Permission bits from text or a number. The digits are octal however they are written: YAML 1.2 reads 0644 as the
 * decimal number 644, which nobody means, so the text in the file is read instead of the number.
 */
export function readMode(value: string | number, field: Field): number | undefined {
  const text = field.text(value).trim();
  const match = /^(?:0o)?([0-7]{1,5})$/.exec(text);
  const bits = match === null ? Number.NaN : Number.parseInt(match[1] ?? '', 8);
  if (bits <= 0o7777) return bits;
  return field.error('is not a mode: write three or four octal digits in quotes, such as "0644"');
}

/** Permission bits of a file that only its owner and group may read. */
export function readPrivateMode(value: string | number, what: string, field: Field): number | undefined {
  const bits = readMode(value, field);
  if (bits === undefined) return undefined;
  if ((bits & 0o007) !== 0)
    return field.error(`lets every user of the host at ${what}: end it with 0, such as "0400", and set owner or group`);
  if (bits > 0o777) return field.error(`sets special bits, which mean nothing for ${what}: write such as "0400"`);
  return bits;
}
