import type { OnChange } from './file-specs.ts';

/** Algorithms of the keys that the operator makes. An authority that exists already may have others. */
export const KEY_ALGORITHMS = ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** Extended key usages that a leaf may have. */
export const USAGES = ['clientAuth', 'serverAuth'] as const;
export type Usage = (typeof USAGES)[number];

/** Somebody who reads a certificate, how they are told of a new one, and where to see which one they serve. */
export interface CertificateConsumer {
  /** Name of a Container resource; absent: a service that is none of ours, which has `served.address`. */
  readonly container?: string;
  /** `none`: it reads its files again by itself. */
  readonly action: OnChange['action'] | { readonly type: 'none' };
  readonly served?: {
    /** Host name or address to dial; absent: the container's own. */
    readonly address?: string;
    readonly port: number;
    /** Name that is asked for (SNI) and that the certificate must hold. */
    readonly serverName: string;
    /** Milliseconds within which a new certificate must be served. */
    readonly within: number;
  };
}

/** All paths are absolute host paths, already prefixed with `--root`. */
export interface CertificateAuthoritySpec {
  /** The authority's certificate, and its key. Whatever is there is used as it is and never overwritten. */
  readonly certificate: string;
  readonly key: string;
  /** What those who trust it read: its certificate, and during a rotation also the one before. Written by the operator. */
  readonly bundle: string;
  /** Make a root once where there is neither certificate nor key. */
  readonly create: boolean;
  /** Subject of a root that is made. */
  readonly commonName: string;
  /** Lifetime in milliseconds of a root that is made. */
  readonly duration: number;
  /** Those who read the bundle and have no certificate of this authority themselves. */
  readonly consumers: readonly CertificateConsumer[];
}

export interface CertificateSpec {
  /** Name of the CertificateAuthority that signs it. */
  readonly issuer: string;
  /**
   * Directory with `tls.crt`, `tls.key` and `ca.crt`: what a container mounts. Below it lie versions of all three, and
   * one symlink says which is live, so that they change together.
   */
  readonly directory: string;
  /** Symlinks to the live certificate and key, for what is not in a container. */
  readonly certificate: string;
  readonly key: string;
  /** Offline authority: where the signing request is put, and where the signed certificate is awaited. */
  readonly request: string;
  readonly signed: string;
  readonly commonName: string;
  /** Sorted, lower case. */
  readonly dnsNames: readonly string[];
  /** Sorted, in canonical form. */
  readonly ipAddresses: readonly string[];
  /** Sorted. */
  readonly usages: readonly Usage[];
  /** Milliseconds. */
  readonly duration: number;
  /** Milliseconds before its end at which it is renewed. */
  readonly renewBefore: number;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits of the key. */
  readonly mode: number;
  readonly consumers: readonly CertificateConsumer[];
  /** Take the place of files at `certificate` and `key` that are not ours. Not part of the hash. */
  readonly adopt: boolean;
}

/** A file outside git that must exist; nobody looks at what is in it. */
export interface SecretSpec {
  readonly path: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode: number;
  /** Make it once where it is missing: so many characters out of these. */
  readonly generate?: { readonly length: number; readonly alphabet: string };
}
