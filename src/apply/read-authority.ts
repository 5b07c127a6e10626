import { CertsError } from '../certs/errors.ts';
import { type ParsedCertificate, parseCertificates } from '../certs/facts.ts';
import type { CertificateFiles } from '../certs/files.ts';

/**
 * An authority's file, if it is still the one that was planned with.
 *
 * @throws CertsError when it is missing, unreadable or another one; file system errors
 */
export async function readAuthority(
  files: CertificateFiles,
  issuer: { readonly certificate: string; readonly fingerprint: string },
): Promise<{ readonly pem: Buffer; readonly facts: ParsedCertificate }> {
  const pem = await readOfAuthority(files, issuer.certificate);
  const [facts] = parseCertificates(pem);
  if (facts?.fingerprint !== issuer.fingerprint)
    throw new CertsError('AUTHORITY_UNFIT', `${issuer.certificate} changed meanwhile; it is looked at again`);
  return { pem: Buffer.from(facts.pem), facts };
}

/**
 * A file of an authority.
 *
 * @throws CertsError AUTHORITY_UNFIT when it is missing; file system errors
 */
export async function readOfAuthority(files: CertificateFiles, path: string): Promise<Buffer> {
  try {
    return await files.read(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new CertsError('AUTHORITY_UNFIT', `${path} does not exist`);
  }
}
