import { CertsError } from '../certs/errors.ts';
import { parseCertificate, type ParsedCertificate } from '../certs/facts.ts';
import type { CertificateFiles } from '../certs/files.ts';

/**
 * An authority, if it is still the one that was planned with.
 *
 * @throws CertsError when it is missing, unreadable or another one; file system errors
 */
export async function readAuthority(
  files: CertificateFiles,
  issuer: { readonly certificate: string; readonly fingerprint: string },
): Promise<ParsedCertificate> {
  const authority = parseCertificate(await readOfAuthority(files, issuer.certificate));
  if (authority.fingerprint !== issuer.fingerprint)
    throw new CertsError('AUTHORITY_UNFIT', `${issuer.certificate} changed meanwhile; it is looked at again`);
  return authority;
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
