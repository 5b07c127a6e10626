import { CertsError } from './errors.ts';

const LABELS = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

/**
 * Cuts the certificates out of a PEM text, each with its BEGIN and END line; text around and between them, and blocks of
 * other kinds, are passed over. In linear time, whatever the input.
 * @throws CertsError UNPARSABLE when there is none, or when one has no end: a file that was cut off.
 */
export function certificateBlocks(pem: Buffer): readonly string[] {
  const text = pem.toString('latin1');
  const blocks: string[] = [];
  for (let from = 0; ;) {
    const begin = text.indexOf('-----BEGIN ', from);
    if (begin === -1) break;
    const labelEnd = text.indexOf('-----', begin + 11);
    if (labelEnd === -1) throw cutOff(blocks.length);
    const label = text.slice(begin + 11, labelEnd);
    if (!LABELS.includes(label)) {
      from = begin + 11;
      continue;
    }
    const ending = `-----END ${label}-----`;
    const end = text.indexOf(ending, labelEnd);
    const next = text.indexOf('-----BEGIN ', labelEnd);
    if (end === -1 || (next !== -1 && next < end)) throw cutOff(blocks.length);
    from = end + ending.length;
    blocks.push(text.slice(begin, from));
  }
  if (blocks.length === 0) throw new CertsError('UNPARSABLE', noCertificate(pem));
  return blocks;
}

const cutOff = (before: number): CertsError =>
  new CertsError('UNPARSABLE', `certificate ${before + 1} has no end; the file seems to be cut off`);

function noCertificate(pem: Buffer): string {
  if (pem.length === 0) return 'the file is empty';
  // A DER certificate is a SEQUENCE longer than 255 bytes.
  if (pem[0] === 0x30 && pem[1] === 0x82) {
    return 'it seems to be DER; make PEM of it with: openssl x509 -inform der -in FILE -out FILE.pem';
  }
  return 'there is no PEM certificate (-----BEGIN CERTIFICATE-----) in it';
}
