/** Text that is HTML already: made by `html` alone, so that nothing gets into a page unescaped. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Of a template whose values were escaped. */
  static fromTemplate(strings: readonly string[], values: readonly Content[]): Markup {
    let text = strings[0] ?? '';
    for (const [index, value] of values.entries()) text += textOf(value) + (strings[index + 1] ?? '');
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text and numbers are escaped, lists are joined, `undefined` and `false` are nothing. */
export type Content = string | number | Markup | undefined | false | readonly Content[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // A line break of a value is kept apart from those of the templates, which compactHtml takes for one space.
  '\n': '&#10;',
  '\t': '\t',
};
/**
 * Besides what HTML gives a meaning: control characters, which have no place in it, and those of direction (U+202A to
 * U+202E, U+2066 to U+2069), which would let a name show as another one.
 */
const SPECIAL = /[&<>"'\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/** Text for between tags and for double-quoted attributes; what cannot be shown becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text.replace(SPECIAL, (character) => ENTITIES[character] ?? '\ufffd');
}

function textOf(value: Content): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  if (value instanceof Markup) return value.toString();
  return value.map(textOf).join('');
}

/** Template tag: HTML as it stands, with every value escaped. Values belong between tags or in double quotes. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Markup {
  return Markup.fromTemplate(strings, values);
}

/** Text of a page without the indentation of the templates, which is a third of it. */
export function compactHtml(markup: Markup): string {
  return markup.toString().replace(/\n\s*/g, ' ');
}
