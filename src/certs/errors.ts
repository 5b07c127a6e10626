/** What can be wrong with certificates and keys. The codes are stable. */
export const CERTS_ERROR_CODES = {
  /** Not PEM, or what is in the PEM cannot be read. */
  UNPARSABLE: 'Cannot be read',
  /** A key with a passphrase. */
  ENCRYPTED_KEY: 'The key is encrypted',
  /** A key of an algorithm, a curve or a size that is not signed with here. */
  UNSUPPORTED_KEY: 'The key is of a kind that is not supported',
  /** What shall sign may not, or its key is another one's. */
  AUTHORITY_UNFIT: 'The authority cannot sign',
  AUTHORITY_EXPIRED: 'The authority has expired',
  KEY_MISMATCH: 'The key does not belong to the certificate',
  /** Signed by another authority than wanted. */
  ISSUER_MISMATCH: 'The certificate comes from another authority',
  NAMES_DIFFER: 'The names differ',
  USAGES_DIFFER: 'The usages differ',
  /** A certificate that may itself sign is no leaf. */
  NOT_A_LEAF: 'The certificate is that of an authority',
  NOT_YET_VALID: 'The certificate is not valid yet',
  EXPIRED: 'The certificate has expired',
} as const;
export type CertsErrorCode = keyof typeof CERTS_ERROR_CODES;

/** `message` is a sentence for people; neither it nor anything else in here quotes what was read. */
export class CertsError extends Error {
  override readonly name = 'CertsError';
  readonly code: CertsErrorCode;
  /** The message without the code's words. */
  readonly detail: string;

  constructor(code: CertsErrorCode, detail: string) {
    super(`${CERTS_ERROR_CODES[code]}: ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

/** Whether an error is a CertsError, optionally of one code. */
export function isCertsError(error: unknown, code?: CertsErrorCode): error is CertsError {
  return error instanceof CertsError && (code === undefined || error.code === code);
}
