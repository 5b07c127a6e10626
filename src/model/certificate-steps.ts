import type { CertificateSpec } from './certificate-specs.ts';
import type { TlsAccess } from './tls-access.ts';

/** Where a service is dialled and what is expected of it. */
export interface ServedTarget extends TlsAccess {
  /** Names the consumer among all: `servedId`. */
  readonly id: string;
  /** The consumer, for people: the container's name, or the address. */
  readonly consumer: string;
  /** Id of the container, whose own address is dialled; absent: `address`. */
  readonly container?: string;
  readonly address?: string;
  readonly port: number;
}

/** Operations on authorities and certificates: a file at a time, or several that change as one. */
export interface CertificateStepArguments {
  /** Makes a root, key first. Never replaces a certificate or a key; a key that is there alone is used. */
  CreateAuthority: {
    readonly certificate: string;
    readonly key: string;
    readonly commonName: string;
    /** Milliseconds. */
    readonly duration: number;
  };
  /** Writes the PEM certificates of all authorities that are to be trusted now. */
  WriteBundle: { readonly path: string; readonly certificates: readonly string[] };
  /** Makes a pair, verifies it and lets it go live in one rename. */
  IssueCertificate: {
    readonly spec: CertificateSpec;
    readonly issuer: { readonly certificate: string; readonly key: string; readonly fingerprint: string };
    /** PEM certificates for `ca.crt`. */
    readonly trust: readonly string[];
    /** `keep` in a rotation of the authority: any mix of old and new files is then a matching pair. */
    readonly key: 'new' | 'keep';
  };
  /** The live pair with another `ca.crt`, live in one rename. */
  UpdateTrust: { readonly spec: CertificateSpec; readonly trust: readonly string[] };
  /** Offline authority: makes a key and a signing request for it. */
  RequestSignature: { readonly spec: CertificateSpec };
  /** Offline authority: lets the pending key go live with the certificate that was signed for it. */
  TakeUpCertificate: {
    readonly spec: CertificateSpec;
    /** Of the authority that must have signed it. */
    readonly issuer: { readonly certificate: string; readonly fingerprint: string };
    readonly trust: readonly string[];
  };
  /** Makes the stable names of the live pair; a file that is in the way is moved aside only with `adopt`. */
  LinkCertificate: { readonly spec: CertificateSpec };
  /** Removes versions that nobody serves any more. */
  RemovePreviousPairs: { readonly directory: string; readonly versions: readonly string[] };
  /** Dials until this certificate is served. */
  VerifyServed: { readonly served: ServedTarget; readonly fingerprint: string; readonly within: number };
}
