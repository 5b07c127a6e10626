import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateSpec } from '../model/certificate-specs.ts';
import { leafExtensions } from './profile.ts';
import { signingKey } from './signing-key.ts';
import { loadX509 } from './x509.ts';

/**
 * Asks for a certificate: everything but dates and issuer is in the request, so that an authority that copies its
 * extensions (`openssl x509 -req -copy_extensions copyall`) signs the right one. PEM, ends with a line end.
 * @param key private
 * @throws CertsError UNSUPPORTED_KEY
 */
export async function makeRequest(spec: CertificateSpec, key: KeyObject): Promise<string> {
  const x509 = await loadX509();
  const { library, crypto } = x509;
  const { key: privateKey, algorithm } = await signingKey(key, crypto);
  const information = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const imported = { ...privateKey.algorithm, ...algorithm };
  const publicKey = await crypto.subtle.importKey('spki', information, imported, true, ['verify']);
  const request = await library.Pkcs10CertificateRequestGenerator.create(
    {
      name: new library.Name([{ CN: [{ utf8String: spec.commonName }] }]),
      keys: { privateKey, publicKey },
      signingAlgorithm: algorithm,
      extensions: leafExtensions(x509, spec, key),
    },
    crypto,
  );
  return `${request.toString('pem').trimEnd()}\n`;
}
