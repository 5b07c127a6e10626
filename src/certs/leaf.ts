import { createPublicKey, type KeyObject } from 'node:crypto';
import type { CertificateSpec } from '../model/certificate-specs.ts';
import { CertsError } from './errors.ts';
import type { ParsedCertificate } from './facts.ts';
import { loadPrivateKey } from './keys.ts';
import { leafExtensions } from './profile.ts';
import { randomSerial } from './serial.ts';
import { signingKey } from './signing-key.ts';
import { loadX509 } from './x509.ts';

/** For readers whose clock is behind ours, in milliseconds. */
const BACKDATED = 5 * 60_000;

export interface LeafRequest {
  readonly authorityCertificate: ParsedCertificate;
  /** PEM. */
  readonly authorityKey: Buffer;
  /** The holder's key, public or private; only its public part is used. */
  readonly key: KeyObject;
  readonly spec: CertificateSpec;
  /** Lower-case hex; absent: a random one. */
  readonly serial?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Signs a certificate for a key. It never outlives its authority. PEM, ends with a line end.
 * @throws CertsError UNPARSABLE, ENCRYPTED_KEY, UNSUPPORTED_KEY, AUTHORITY_UNFIT or AUTHORITY_EXPIRED
 */
export async function issueLeaf(request: LeafRequest): Promise<string> {
  const { spec, now, authorityCertificate: authority } = request;
  const signer = loadPrivateKey(request.authorityKey);
  requireFit(authority, signer, now);
  const x509 = await loadX509();
  const { library, crypto } = x509;
  const signing = await signingKey(signer, crypto);

  const issuer = new library.X509Certificate(authority.x509.raw);
  const issuerKeyId = issuer.getExtension(library.SubjectKeyIdentifierExtension)?.keyId;
  const authorityKeyId = issuerKeyId ?? Buffer.from(await issuer.publicKey.getKeyIdentifier(crypto)).toString('hex');
  const holder = request.key.type === 'private' ? createPublicKey(request.key) : request.key;
  const publicKey = new library.PublicKey(holder.export({ type: 'spki', format: 'der' }));
  const certificate = await library.X509CertificateGenerator.create(
    {
      serialNumber: request.serial ?? randomSerial(),
      subject: new library.Name([{ CN: [{ utf8String: spec.commonName }] }]),
      issuer: issuer.subjectName,
      notBefore: new Date(now - BACKDATED),
      notAfter: new Date(Math.min(now + spec.duration, authority.notAfter)),
      publicKey,
      signingKey: signing.key,
      signingAlgorithm: signing.algorithm,
      extensions: [
        ...leafExtensions(x509, spec, holder),
        await library.SubjectKeyIdentifierExtension.create(publicKey, false, crypto),
        new library.AuthorityKeyIdentifierExtension(authorityKeyId),
      ],
    },
    crypto,
  );
  return `${certificate.toString('pem').trimEnd()}\n`;
}

function requireFit(authority: ParsedCertificate, signer: KeyObject, now: number): void {
  const unfit = (detail: string): CertsError => new CertsError('AUTHORITY_UNFIT', `${authority.subject} ${detail}`);
  if (!authority.isAuthority) throw unfit('is no authority: its certificate does not say CA:TRUE');
  if (!authority.x509.checkPrivateKey(signer)) throw unfit('has another key than the one in its key file');
  const until = new Date(authority.notAfter).toISOString();
  if (authority.notAfter <= now) {
    throw new CertsError('AUTHORITY_EXPIRED', `${authority.subject} was valid until ${until}`);
  }
}
