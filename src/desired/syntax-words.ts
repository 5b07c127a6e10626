import type { YAMLError } from 'yaml';

const CLOSED = 'or what it holds begins too far left';

/** What the parser's words mean for whoever wrote the line; the first that fits. */
const WORDS: readonly (readonly [code: string, message: RegExp, words: string])[] = [
  ['TAB_AS_INDENT', /^/, 'a tab is used to indent; YAML takes spaces only'],
  ['BAD_INDENT', /^Flow map/, `a { above is not closed with }, ${CLOSED}`],
  ['BAD_INDENT', /^Flow sequence/, `a [ above is not closed with ], ${CLOSED}`],
  ['BAD_INDENT', /^All .* items must start/, 'begins at another column than the lines above that it belongs to'],
  [
    'BLOCK_AS_IMPLICIT_KEY',
    /^/,
    'there is a second ": " in what belongs to one key: put the value in quotes, or see that the next line does not begin further right',
  ],
  [
    'MULTILINE_IMPLICIT_KEY',
    /^/,
    'this line is no "key: value": the space behind the colon counts, and the next line must not begin further right',
  ],
  ['MISSING_CHAR', /^Implicit map keys/, 'a key wants a colon and a space behind it'],
  ['MISSING_CHAR', /^Missing closing 'quote/, "a quote ' is not closed"],
  ['MISSING_CHAR', /^Missing closing "quote/, 'a quote " is not closed'],
  [
    'MISSING_CHAR',
    /^Missing , or :/,
    "a comma is missing in the list; a ' within '...' is written twice, as in 'it''s'",
  ],
  ['BAD_SCALAR_START', /^/, 'a value that begins with this character wants quotes'],
  ['BAD_DQ_ESCAPE', /^/, 'a backslash within "..." is written twice, or the text in \'...\''],
  ['UNEXPECTED_TOKEN', /^/, 'does not belong to what is above: look at the indentation and the quotes there'],
];

function wordsOf({ code, message }: YAMLError): string {
  const known = WORDS.find(([each, pattern]) => each === code && pattern.test(message));
  if (known !== undefined) return known[2];
  const text = message.split('\n')[0] ?? message;
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

/** The parser's errors of a document, for people: without those that only follow from the first. */
export function explainSyntax(errors: readonly YAMLError[]): { offset: number; message: string }[] {
  const seen = new Set<number>();
  return errors.flatMap((error, index) => {
    const offset = error.pos[0];
    if (seen.has(offset) || (index > 0 && error.code === 'UNEXPECTED_TOKEN')) return [];
    seen.add(offset);
    return [{ offset, message: wordsOf(error) }];
  });
}
