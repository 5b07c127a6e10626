import { randomBytes } from 'node:crypto';

/** A serial number for a new certificate: 128 bits, random, positive and never shorter; lower-case hex. */
export function randomSerial(): string {
  const bytes = randomBytes(16);
  // The first bit would be the sign; the second keeps the length, so that every serial reads the same everywhere.
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
