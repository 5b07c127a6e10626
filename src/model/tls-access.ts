/** What it takes to talk to a service over mutual TLS. */
export interface TlsAccess {
  /** Asked for (SNI, Host header), and must be in the certificate. */
  readonly serverName: string;
  /** PEM certificates of the authorities that the service's certificate may come from. */
  readonly trust: readonly string[];
  /** Directory of the Certificate that the operator presents; absent: none. */
  readonly identity?: string;
}

/** The same as a manifest names it. */
export interface TlsName {
  readonly serverName: string;
  /** Name of the CertificateAuthority that signed the service's certificate. */
  readonly authority: string;
}
