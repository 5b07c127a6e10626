import { certificateFacts, type ParsedCertificate } from '../certs/facts.ts';
import type { ObservedPem } from '../model/observed-certificates.ts';
import type { CertificateFormats, ParsedPem } from './certificate-formats.ts';
import type { Unusable } from './parsed-files.ts';

/** Checks that are remembered; far more than there are, so that those of certificates long gone do not pile up. */
const REMEMBERED = 10_000;

interface Signed {
  readonly authorities: readonly ParsedCertificate[];
  readonly pem: ObservedPem;
}

/** Finds who signed what: each signature is checked once, whatever files certificate and authority are read from. */
export class Signatures {
  readonly #formats: CertificateFormats;
  readonly #signed = new WeakMap<ParsedPem, Signed>();
  /** `certificate authority`, as fingerprints, to whether the one was signed by the other. */
  readonly #checked = new Map<string, boolean>();

  constructor(formats: CertificateFormats) {
    this.#formats = formats;
  }

  /**
   * A file's certificates with those authorities that signed them; the same object while neither changes.
   *
   * @param authorities without duplicates; the same list while it holds the same ones
   */
  in(pem: ParsedPem | Unusable, authorities: readonly ParsedCertificate[]): ObservedPem {
    if (pem.state !== 'parsed') return pem;
    const known = this.#signed.get(pem);
    if (known?.authorities === authorities) return known.pem;
    const certificates = pem.certificates.map((certificate) =>
      certificateFacts(
        certificate,
        authorities
          .filter((authority) => this.#isSigned(certificate, authority))
          .map(({ fingerprint }) => fingerprint)
          .sort(),
      ),
    );
    const signed: ObservedPem = { state: 'parsed', certificates, modifiedAt: pem.modifiedAt };
    this.#signed.set(pem, { authorities, pem: signed });
    return signed;
  }

  #isSigned(certificate: ParsedCertificate, authority: ParsedCertificate): boolean {
    const name = `${certificate.fingerprint} ${authority.fingerprint}`;
    let isSigned = this.#checked.get(name);
    if (isSigned === undefined) {
      isSigned = this.#formats.signedBy(certificate, [authority]).length > 0;
      if (this.#checked.size >= REMEMBERED) this.#checked.clear();
      this.#checked.set(name, isSigned);
    }
    return isSigned;
  }
}
