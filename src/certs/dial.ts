import type { ObservedServed } from '../model/observed-certificates.ts';

/** What we present: PEM certificate chain and key. Whoever made it wipes the key when the dial has ended. */
export interface DialIdentity {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

export interface DialRequest {
  /** Address or host name to connect to. */
  readonly host: string;
  readonly port: number;
  /** Sent as SNI, and the name that the certificate must hold; an IP address is checked and not sent. */
  readonly serverName: string;
  /** PEM certificates of the trusted authorities. */
  readonly trust: readonly string[];
  /** Absent: nothing is presented. */
  readonly identity?: DialIdentity;
  /** Milliseconds until the handshake must have succeeded; what may take a moment longer is to see whether it lasts. */
  readonly deadline: number;
}

/** One handshake with a service: what it shows, and whether it and we trust each other. Never rejects. */
export type Dial = (request: DialRequest) => Promise<ObservedServed>;
