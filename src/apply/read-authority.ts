import { CertsError, isCertsError } from '../certs/errors.ts';
import { parseCertificate, type ParsedCertificate } from '../certs/facts.ts';
import type { CertificateFiles } from '../certs/files.ts';
import { loadPrivateKey } from '../certs/keys.ts';
import { StepError } from './step-error.ts';

/**
 * An authority, if it is still the one that was planned with.
 *
 * @throws StepError AUTHORITY_CHANGED when it is missing, unreadable or another one; file system errors
 */
export async function readAuthority(
  files: CertificateFiles,
  issuer: { readonly certificate: string; readonly fingerprint: string },
): Promise<ParsedCertificate> {
  return unlessChanged(issuer.certificate, async () => {
    const authority = parseCertificate(await readOfAuthority(files, issuer.certificate));
    if (authority.fingerprint !== issuer.fingerprint)
      throw new CertsError('AUTHORITY_UNFIT', 'it is another one than a moment ago');
    return authority;
  });
}

/**
 * An authority's private key, if it still belongs to it: nothing is planned with one that does not.
 *
 * @throws StepError AUTHORITY_CHANGED when it is missing, unreadable or another one; file system errors
 */
export async function readAuthorityKey(
  files: CertificateFiles,
  path: string,
  authority: ParsedCertificate,
): Promise<Buffer> {
  return unlessChanged(path, async () => {
    const key = await readOfAuthority(files, path);
    if (!authority.x509.checkPrivateKey(loadPrivateKey(key)))
      throw new CertsError('KEY_MISMATCH', `the certificate is that of ${authority.subject}`);
    return key;
  });
}

/** Whatever is wrong now was right when it was planned: somebody exchanges it, and the next look finds what is there. */
async function unlessChanged<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isCertsError(error)) throw error;
    throw new StepError('AUTHORITY_CHANGED', `${path} changed meanwhile and is looked at again: ${error.message}.`, {
      cause: error,
    });
  }
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
