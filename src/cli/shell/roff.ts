/** Longest line of source: mandoc warns of longer ones. */
const WIDTH = 78;

/** Text to roff: what it would take for a request or an escape is plain text again; `code` is set in bold. */
export function roffText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
  return escaped.replaceAll(/`([^`]*)`/g, '\\fB$1\\fR').replaceAll('`', '\\(ga');
}

/** A paragraph as source lines of a bearable length, none of which begins like a request. */
export function roffLines(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of roffText(text).split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => (each.startsWith('.') ? `\\&${each}` : each)).join('\n');
}
