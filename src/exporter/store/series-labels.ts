/** Longest label value, in UTF-16 units: a hostile name must not become a long page. */
export const LONGEST_VALUE = 128;

const ESCAPED = /[\\\n"]/g;

/** Halves of characters, which UTF-8 cannot say, and what stands between the values of a key. */
const UNSAID = /[\u0001]|\p{Surrogate}/u;
const UNSAID_ALL = new RegExp(UNSAID, 'gu');

/** What stands between the values of a label set in its key. */
export const SEPARATOR = '\u0001';

/**
 * A label value as it is stored: cut to LONGEST_VALUE, without separators and halves of characters. What is the same on the
 * page is the same here, so that no series is told twice.
 */
export function boundedValue(value: string): string {
  const short = value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE - 1)}…`;
  if (isPlain(short)) return short;
  if (!UNSAID.test(short)) return short;
  return short.replace(UNSAID_ALL, (character) => (character === SEPARATOR ? ' ' : '\ufffd'));
}

/** Nearly all values are ASCII: a look at each character costs a fifth of the expression. */
function isPlain(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** `{a="1",b="2"}`, escaped; the empty text when there are no labels. */
export function labelText(names: readonly string[], values: readonly string[], more: string = ''): string {
  const pairs = names.map((name, index) => `${name}="${escapeValue(values[index] ?? '')}"`);
  if (more !== '') pairs.push(more);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A sample's value in Prometheus' text format. */
export function valueText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeValue(value: string): string {
  return value.replace(ESCAPED, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
