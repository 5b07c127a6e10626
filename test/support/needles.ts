import { createPrivateKey } from 'node:crypto';

/** Shorter pieces would be found by chance. */
const SHORTEST = 12;

/** A secret as it may turn up: itself, in base64 wherever it begins in a longer text, in hex, and escaped for a URL. */
export function formsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The ends depend on what is before and after.
    return text.slice(shift === 0 ? 0 : 4, -4);
  });
  const forms = [
    bytes.toString('latin1'),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(bytes.toString('latin1')),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

/** A private key as it may turn up: every line of its PEM, and its number and DER in all forms. */
export function formsOfKey(pem: string): string[] {
  const lines = pem.split('\n').filter((line) => line.length >= SHORTEST && !line.startsWith('-----'));
  const key = createPrivateKey(pem);
  const { d = '' } = key.export({ format: 'jwk' });
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return [...lines, d, ...formsOf(Buffer.from(d, 'base64url')), ...formsOf(der)];
}

/** Which needles a text holds; never the needles themselves, only their names. */
export function found(text: string, needles: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(needles).flatMap(([name, forms]) => (forms.some((form) => text.includes(form)) ? [name] : []));
}
