/** Longest label value, in UTF-16 units: a hostile name must not become a long page. */
export const LONGEST_VALUE = 128;

/** What must be escaped, and halves of characters, which UTF-8 cannot say. */
const SPECIAL = /[\\\n"]|\p{Surrogate}/gu;

/** What stands between the values of a label set in its key. */
export const SEPARATOR = '\u0001';

/** A label value as it is stored: cut to LONGEST_VALUE, without separators. */
export function boundedValue(value: string): string {
  const short = value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE - 1)}…`;
  return short.includes(SEPARATOR) ? short.replaceAll(SEPARATOR, ' ') : short;
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
  return value.replace(SPECIAL, (character) => {
    if (character === '\n') return '\\n';
    return character === '"' || character === '\\' ? `\\${character}` : '\ufffd';
  });
}
