import type { AnswerAddresses } from '../accounts/dns-event.ts';
import { formatAddress } from '../zones/address.ts';

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

const SIX_BITS = new Uint8Array(128);
[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach((character, value) => {
  SIX_BITS[character.charCodeAt(0)] = value;
});

/** The response code of a message in base64, without decoding the rest; undefined: it is shorter than that. */
export function responseCode(base64: string): string | undefined {
  if (base64.length < 8) return undefined;
  // The fourth byte is in the fifth and sixth characters; its low half is the code.
  const number = ((SIX_BITS[base64.charCodeAt(4)] ?? 0) << 2) | ((SIX_BITS[base64.charCodeAt(5)] ?? 0) >> 4);
  return CODES[number & 0x0f] ?? `RCODE${number & 0x0f}`;
}

/**
 * Reads the addresses of an answer in DNS wire format (RFC 1035), of which `message` holds so many bytes. What is cut off or
 * wrong ends the reading.
 */
export function parseDnsAnswer(message: Buffer, length: number = message.length): AnswerAddresses {
  if (length < HEADER) return { addresses: [], ttl: undefined };
  const addresses: string[] = [];
  let ttl: number | undefined;
  let place: number | undefined = HEADER;
  for (
    let question = Math.min(sixteenBits(message, 4), MOST_RECORDS);
    question > 0 && place !== undefined;
    question--
  ) {
    const end = skipName(message, place, length);
    place = end === undefined ? undefined : end + 4;
  }
  for (let record = Math.min(sixteenBits(message, 6), MOST_RECORDS); record > 0 && place !== undefined; record--) {
    const start = skipName(message, place, length);
    if (start === undefined || start + 10 > length) break;
    const type = sixteenBits(message, start);
    const size = sixteenBits(message, start + 8);
    const data = start + 10;
    if (data + size > length) break;
    const address = addressOf(type, message, data, size);
    if (address !== undefined && addresses.length < MOST_ADDRESSES) {
      addresses.push(address);
      ttl = Math.min(ttl ?? Infinity, message.readUInt32BE(start + 4));
    }
    place = data + size;
  }
  return { addresses, ttl };
}

function sixteenBits(message: Buffer, place: number): number {
  return ((message[place] ?? 0) << 8) | (message[place + 1] ?? 0);
}

/** Behind a name; undefined: it does not end within the message. Pointers end a name, so that nothing can go round. */
function skipName(message: Buffer, start: number, end: number): number | undefined {
  for (let place = start; place < end;) {
    const length = message[place] ?? 0;
    if (length === 0) return place + 1;
    if ((length & POINTER) === POINTER) return place + 2;
    if ((length & POINTER) !== 0) return undefined;
    place += length + 1;
  }
  return undefined;
}

function addressOf(type: number, message: Buffer, place: number, size: number): string | undefined {
  if (type === TYPE_A && size === 4) return formatAddress({ family: 4, bits: message.readUInt32BE(place) });
  if (type !== TYPE_AAAA || size !== 16) return undefined;
  return formatAddress({
    family: 6,
    bits: (message.readBigUInt64BE(place) << 64n) | message.readBigUInt64BE(place + 8),
  });
}
