import type { Key } from './key.ts';
import type { ObservedServed } from './observed-certificates.ts';

/** One authority or certificate as `bastion certs`, the API and the metrics show it. Times in milliseconds since the epoch. */
export interface CertificateStatus {
  readonly key: Key;
  /** Names and addresses in it (of an authority: its subject). */
  readonly names: readonly string[];
  /** Subject of who signed it. */
  readonly issuer: string;
  /** Of the certificate on the disk; absent when there is none that can be read. */
  readonly file?: {
    readonly serial: string;
    readonly fingerprint: string;
    readonly notBefore: number;
    readonly notAfter: number;
  };
  /** When it is due for renewal; absent for an authority, which is never renewed by itself. */
  readonly renewalAt?: number;
  readonly consumers: readonly {
    readonly name: string;
    /** Absent: not looked at (it says nowhere to look), or not yet. */
    readonly served?: ObservedServed;
    /** Whether what is served is what is on the disk; undefined: not known. */
    readonly isCurrent?: boolean;
  }[];
  /** In sentences. */
  readonly problems: readonly string[];
}
