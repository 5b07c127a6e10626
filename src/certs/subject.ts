/**
 * The common name in node's text form of a name (`X509Certificate.subject`: a line each attribute, escaped as in RFC
 * 2253), or the whole name in one line where there is none.
 */
export function readableName(text: string | undefined): string {
  const lines = (text ?? '').split('\n');
  const commonName = lines.find((line) => line.startsWith('CN='));
  return commonName === undefined ? lines.join(', ') : unescapeName(commonName.slice(3));
}

function unescapeName(text: string): string {
  return text.replace(/\\(?:([0-9A-F]{2})|(.))/g, (_whole, hex: string | undefined, other: string | undefined) =>
    hex === undefined ? (other ?? '') : String.fromCharCode(parseInt(hex, 16)),
  );
}
