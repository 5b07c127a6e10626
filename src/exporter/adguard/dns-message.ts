import type { AnswerAddresses } from '../accounts/dns-event.ts';
import { formatAddress } from '../zones/address.ts';
import { isPrivate4, isPrivate6 } from '../zones/private-address.ts';

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

/** Called with each record of an answer: its type, the place and the size of its data, and its time to live in seconds. */
type OnRecord = (type: number, data: number, size: number, ttl: number) => void;

/**
 * Reads the addresses of an answer in DNS wire format (RFC 1035), of which `message` holds so many bytes. What is cut off or
 * wrong ends the reading.
 */
export function parseDnsAnswer(message: Buffer, length: number = message.length): AnswerAddresses {
  const addresses: string[] = [];
  let least: number | undefined;
  eachAnswer(message, length, (type, data, size, ttl) => {
    const address = addressOf(type, message, data, size);
    if (address === undefined || addresses.length >= MOST_ADDRESSES) return;
    addresses.push(address);
    least = Math.min(least ?? Infinity, ttl);
  });
  return { addresses, ttl: least };
}

/** The least time to live in seconds of the addresses that `parseDnsAnswer` reads, without making texts of them. */
export function leastTtl(message: Buffer, length: number = message.length): number | undefined {
  let addresses = 0;
  let least: number | undefined;
  eachAnswer(message, length, (type, _data, size, ttl) => {
    const isAddress = (type === TYPE_A && size === 4) || (type === TYPE_AAAA && size === 16);
    if (isAddress && ++addresses <= MOST_ADDRESSES) least = least === undefined || ttl < least ? ttl : least;
  });
  return least;
}

/** Whether an address of an answer is private, without making texts of them. */
export function hasPrivateAddress(message: Buffer, length: number = message.length): boolean {
  let found = false;
  eachAnswer(message, length, (type, data, size) => {
    if (type === TYPE_A && size === 4) found ||= isPrivate4(message.readUInt32BE(data));
    else if (type === TYPE_AAAA && size === 16) found ||= isPrivateAt(message, data);
  });
  return found;
}

/** IPv4-mapped addresses are the IPv4 addresses. */
function isPrivateAt(message: Buffer, place: number): boolean {
  for (let index = 0; index < 10; index++)
    if (message[place + index] !== 0) return isPrivate6(sixteenBits(message, place), false);
  const rest = message.readUInt32BE(place + 12);
  const middle = sixteenBits(message, place + 10);
  return middle === 0xffff ? isPrivate4(rest) : middle === 0 && rest === 1;
}

function eachAnswer(message: Buffer, length: number, onRecord: OnRecord): void {
  if (length < HEADER) return;
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
    const size = sixteenBits(message, start + 8);
    const data = start + 10;
    if (data + size > length) break;
    onRecord(sixteenBits(message, start), data, size, message.readUInt32BE(start + 4));
    place = data + size;
  }
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
