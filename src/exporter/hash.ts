const HIGH = 0xdeadbeef;
const LOW = 0x41c6ce57;
const BETWEEN = '|'.charCodeAt(0);

/** 53 bits of a part of a text (cyrb53): a number costs a tenth of the text's memory. */
export function hash(text: string, start: number = 0, end: number = text.length): number {
  let high = HIGH;
  let low = LOW;
  for (let index = start; index < end; index++) {
    const code = text.charCodeAt(index);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  return mixed(high, low);
}

/** The hash of texts with a `|` between each two, without making that text. */
export function hashOf(texts: readonly string[]): number {
  let high = HIGH;
  let low = LOW;
  for (let part = 0; part < texts.length; part++) {
    const text = texts[part] ?? '';
    for (let index = part === 0 ? 0 : -1; index < text.length; index++) {
      const code = index < 0 ? BETWEEN : text.charCodeAt(index);
      high = Math.imul(high ^ code, 2654435761);
      low = Math.imul(low ^ code, 1597334677);
    }
  }
  return mixed(high, low);
}

function mixed(first: number, second: number): number {
  const high = Math.imul(first ^ (first >>> 16), 2246822507) ^ Math.imul(second ^ (second >>> 13), 3266489909);
  const low = Math.imul(second ^ (second >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}
