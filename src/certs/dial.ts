import type { ObservedServed } from '../model/observed-certificates.ts';

export interface DialRequest {
  /** Address or host name to connect to. */
  readonly host: string;
  readonly port: number;
  /** Sent as SNI, and the name that the certificate must hold; an IP address is checked and not sent. */
  readonly serverName: string;
  /** PEM certificates of the trusted authorities. */
  readonly trust: readonly string[];
  /** PEM certificate chain and key to present; absent: none. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** Milliseconds until the handshake must have succeeded; what may take a moment longer is to see whether it lasts. */
  readonly deadline: number;
}

/** One handshake with a service: what it shows, and whether it and we trust each other. Never rejects. */
export type Dial = (request: DialRequest) => Promise<ObservedServed>;
