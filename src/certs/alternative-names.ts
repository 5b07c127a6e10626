import { canonicalAddress } from './ip-address.ts';

export interface AlternativeNames {
  /** Sorted, lower case, each once. */
  readonly dnsNames: readonly string[];
  /** Sorted, in canonical form, each once. */
  readonly ipAddresses: readonly string[];
  /** Whatever else is there (`URI:...`, `email:...`), in order. */
  readonly others: readonly string[];
}

/** Entries up to a comma; what holds commas or stranger things is a JSON string. */
const ENTRY = /([^:",]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/gy;

/** Reads node's text form of a subjectAltName extension (`X509Certificate.subjectAltName`). */
export function parseAlternativeNames(text: string | undefined): AlternativeNames {
  const dnsNames = new Set<string>();
  const ipAddresses = new Set<string>();
  const others: string[] = [];
  let read = 0;
  for (const [whole, kind = '', quoted = ''] of (text ?? '').matchAll(ENTRY)) {
    read += whole.length;
    const value = quoted.startsWith('"') ? unquote(quoted) : quoted;
    if (kind === 'DNS') dnsNames.add(value.toLowerCase());
    else if (kind === 'IP Address') ipAddresses.add(canonicalAddress(value) ?? value);
    else others.push(`${kind}:${value}`);
  }
  if (text !== undefined && read < text.length) others.push(text.slice(read));
  return { dnsNames: [...dnsNames].sort(), ipAddresses: [...ipAddresses].sort(), others };
}

function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
