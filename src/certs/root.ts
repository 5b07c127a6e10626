import { createPublicKey, type KeyObject } from 'node:crypto';
import { randomSerial } from './serial.ts';
import { signingKey } from './signing-key.ts';
import { loadX509 } from './x509.ts';

export interface RootRequest {
  /** Private key of the new authority. */
  readonly key: KeyObject;
  readonly commonName: string;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  /** Milliseconds. */
  readonly duration: number;
}

/**
 * Makes a self-signed root that signs leaves only (path length 0). PEM, ends with a line end.
 * @throws CertsError UNSUPPORTED_KEY
 */
export async function makeRoot({ key, commonName, notBefore, duration }: RootRequest): Promise<string> {
  const { library, crypto } = await loadX509();
  const signing = await signingKey(key, crypto);
  const publicKey = new library.PublicKey(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const name = new library.Name([{ CN: [{ utf8String: commonName }] }]);
  const { KeyUsageFlags } = library;
  const certificate = await library.X509CertificateGenerator.create(
    {
      serialNumber: randomSerial(),
      subject: name,
      issuer: name,
      notBefore: new Date(notBefore),
      notAfter: new Date(notBefore + duration),
      publicKey,
      signingKey: signing.key,
      signingAlgorithm: signing.algorithm,
      extensions: [
        new library.BasicConstraintsExtension(true, 0, true),
        new library.KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await library.SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return `${certificate.toString('pem').trimEnd()}\n`;
}
