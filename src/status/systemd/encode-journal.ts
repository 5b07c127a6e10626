import type { JournalFields } from './journal-entry.ts';

/** A value longer than this is cut: a datagram holds about 200 KB, and what is longer would have to be a memfd. */
const LONGEST_VALUE = 32_768;
const CUT = Buffer.from(' [cut]');

/**
 * Fields as one datagram of the journal's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value` and a line
 * end; where the value holds line ends, `NAME`, a line end, its length as 64 bits little-endian, the value, a line end.
 */
export function encodeJournal(fields: JournalFields): Buffer {
  const parts = Object.entries(fields).flatMap(([name, value]) => {
    const whole = Buffer.from(value);
    const bytes = whole.length <= LONGEST_VALUE ? whole : Buffer.concat([whole.subarray(0, LONGEST_VALUE), CUT]);
    if (!bytes.includes('\n')) return [Buffer.from(`${name}=`), bytes, Buffer.from('\n')];
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(bytes.length));
    return [Buffer.from(`${name}\n`), length, bytes, Buffer.from('\n')];
  });
  return Buffer.concat(parts);
}
