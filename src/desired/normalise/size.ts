import type { Field } from '../field.ts';

const POWERS = ['b', 'k', 'm', 'g', 't'];

/**
 * A size as Compose writes it (`64m`, `1.5gb`, 1048576) to bytes. Units are powers of 1024, as in
 * github.com/docker/go-units RAMInBytes. Undefined after reporting what is wrong.
 */
export function readSize(value: string | number, field: Field): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)(i?b)?$/i.exec(String(value).trim());
  if (match === null) return field.error('is not a size: write bytes or a number with b, k, m, g or t, such as 64m');
  const power = POWERS.indexOf((match[2] ?? '').toLowerCase() || 'b');
  const bytes = Math.trunc(Number(match[1]) * 1024 ** power);
  return Number.isSafeInteger(bytes) ? bytes : field.error('is larger than any machine');
}
