import type { ObservedPath } from './observed.ts';

/** What one X.509 certificate says; no key material. */
export interface CertificateFacts {
  /** Lower-case hex without separators. */
  readonly serial: string;
  /** Common name, or the whole subject where there is none. */
  readonly subject: string;
  readonly issuer: string;
  /** sha256 over the DER form, lower-case hex: its identity. */
  readonly fingerprint: string;
  /** sha256 over the SubjectPublicKeyInfo, lower-case hex: equal for a key and its certificate. */
  readonly publicKey: string;
  /** e.g. `ecdsa-p256`, `rsa-2048`, `ed25519`. */
  readonly keyAlgorithm: string;
  /** Sorted, lower case. */
  readonly dnsNames: readonly string[];
  /** Sorted, in canonical form. */
  readonly ipAddresses: readonly string[];
  /** Sorted; `serverAuth`, `clientAuth`, or the OID. */
  readonly usages: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** basicConstraints CA:TRUE. */
  readonly isAuthority: boolean;
  /** Signed with its own key. */
  readonly isSelfSigned: boolean;
  /** Fingerprints of those authorities of the same observation whose key signed it and that may sign; sorted. */
  readonly signedBy: readonly string[];
  /** One PEM block, ends with a line end. */
  readonly pem: string;
}

/** A PEM file of certificates. */
export type ObservedPem =
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable' | 'unparsable'; readonly error: string }
  | {
      readonly state: 'parsed';
      /** In the order of the file; at least one. */
      readonly certificates: readonly CertificateFacts[];
      /** Milliseconds since the epoch. */
      readonly modifiedAt: number;
    };

/** A private key's file, as far as anybody may know. */
export type ObservedKey =
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable' | 'unparsable'; readonly error: string }
  | { readonly state: 'parsed'; readonly publicKey: string; readonly keyAlgorithm: string };

/** What is there of a CertificateAuthority. */
export interface ObservedAuthority {
  readonly certificate: ObservedPem;
  readonly key: ObservedKey;
  /** Permission bits of the key's file; 0 when missing. */
  readonly keyMode: number;
  readonly bundle: ObservedPem;
}

/** What is there of a Certificate: the live version of its directory, read as one. */
export interface ObservedPair {
  /** Name of the live version's directory below the Certificate's; undefined: nothing is live. */
  readonly live: string | undefined;
  /** Milliseconds since the epoch at which it went live: the change time of the link; 0 when nothing is live. */
  readonly liveSince: number;
  readonly certificate: ObservedPem;
  readonly key: ObservedKey;
  readonly trust: ObservedPem;
  /** Owner and mode of the Certificate's directory, of the live version's and of its files; digests are never taken. */
  readonly paths: {
    readonly directory: ObservedPath;
    readonly version: ObservedPath;
    readonly certificate: ObservedPath;
    readonly key: ObservedPath;
    readonly trust: ObservedPath;
  };
  /** Whether `tls.crt`, `tls.key` and `ca.crt` in the directory lead to the live version. */
  readonly isLinked: boolean;
  /** Names of other versions, sorted: earlier ones, and what an interrupted try left. */
  readonly others: readonly string[];
  /** Offline authority: the key that waits for its signature, and what was asked for. */
  readonly pending:
    | {
        readonly key: ObservedKey;
        /** `identityHash` of the spec that the request was made from. */
        readonly identity: string;
        /** Whether the published request is the one that was made. */
        readonly isPublished: boolean;
      }
    | undefined;
  /** Offline authority: the signed certificate, where it was put. */
  readonly signed: ObservedPem;
}

/** What a dial found; `at` is milliseconds since the epoch. */
export type ObservedServed = { readonly at: number } & (
  | {
      readonly state: 'served';
      readonly serial: string;
      readonly fingerprint: string;
      readonly notBefore: number;
      readonly notAfter: number;
      /** Why the handshake failed though a certificate was shown: it is not trusted, or ours was refused. */
      readonly failure?: string;
    }
  /** No certificate was shown at all. */
  | { readonly state: 'unreachable'; readonly error: string }
);
