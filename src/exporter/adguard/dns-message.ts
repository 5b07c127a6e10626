import { formatAddress } from '../zones/address.ts';

/** What is counted of an answer in DNS wire format (RFC 1035). */
export interface DnsAnswer {
  readonly code: string;
  readonly addresses: readonly string[];
  /** Least time to live of the addresses in seconds. */
  readonly ttl: number | undefined;
}

const CODES = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
];
const HEADER = 12;
const TYPE_A = 1;
const TYPE_AAAA = 28;
const MOST_ADDRESSES = 16;
const MOST_RECORDS = 128;
const POINTER = 0xc0;

/** Reads an answer; undefined: it is shorter than a header. What is cut off or wrong further on ends the reading. */
export function parseDnsAnswer(message: Buffer): DnsAnswer | undefined {
  if (message.length < HEADER) return undefined;
  const number = (message[3] ?? 0) & 0x0f;
  const addresses: string[] = [];
  let ttl: number | undefined;
  let place: number | undefined = HEADER;
  for (
    let question = Math.min(message.readUInt16BE(4), MOST_RECORDS);
    question > 0 && place !== undefined;
    question--
  ) {
    const end = skipName(message, place);
    place = end === undefined ? undefined : end + 4;
  }
  for (let record = Math.min(message.readUInt16BE(6), MOST_RECORDS); record > 0 && place !== undefined; record--) {
    const start = skipName(message, place);
    if (start === undefined || start + 10 > message.length) break;
    const type = message.readUInt16BE(start);
    const length = message.readUInt16BE(start + 8);
    const data = message.subarray(start + 10, start + 10 + length);
    if (data.length < length) break;
    const address = addressOf(type, data);
    if (address !== undefined && addresses.length < MOST_ADDRESSES) {
      addresses.push(address);
      ttl = Math.min(ttl ?? Infinity, message.readUInt32BE(start + 4));
    }
    place = start + 10 + length;
  }
  return { code: CODES[number] ?? `RCODE${number}`, addresses, ttl };
}

/** Behind a name; undefined: it does not end within the message. Pointers end a name, so that nothing can go round. */
function skipName(message: Buffer, start: number): number | undefined {
  for (let place = start; place < message.length;) {
    const length = message[place] ?? 0;
    if (length === 0) return place + 1;
    if ((length & POINTER) === POINTER) return place + 2;
    if ((length & POINTER) !== 0) return undefined;
    place += length + 1;
  }
  return undefined;
}

function addressOf(type: number, data: Buffer): string | undefined {
  if (type === TYPE_A && data.length === 4) return formatAddress({ family: 4, bits: data.readUInt32BE(0) });
  if (type !== TYPE_AAAA || data.length !== 16) return undefined;
  return formatAddress({ family: 6, bits: (data.readBigUInt64BE(0) << 64n) | data.readBigUInt64BE(8) });
}
