/**
 * Text of somebody else's without what could play with a terminal: control characters of both sets (ECMA-48, C0 and C1)
 * become spaces.
 *
 * @param most characters that are kept
 */
export function printable(text: string, most = Number.POSITIVE_INFINITY): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, most);
}

/** The same of several lines; their ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ');
}
