import { parseCertificates, signedBy, type ParsedCertificate } from '../certs/facts.ts';
import { readKey } from '../certs/keys.ts';
import type { ObservedKey } from '../model/observed-certificates.ts';

/** Reading and checking, which are dear; a test counts these calls. */
export interface CertificateFormats {
  readonly parseCertificates: typeof parseCertificates;
  readonly signedBy: typeof signedBy;
  readonly readKey: typeof readKey;
}

export const realFormats: CertificateFormats = { parseCertificates, signedBy, readKey };

/** A PEM file, read; who signed what in it is not known yet. */
export interface ParsedPem {
  readonly state: 'parsed';
  readonly certificates: readonly ParsedCertificate[];
  /** Milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** A key's file, read: only what anybody may know. */
export type ParsedKey = Extract<ObservedKey, { readonly state: 'parsed' }>;
