/** How the operator itself sees that a container serves: a GET that is answered with a status below 400. */
export interface ReadinessSpec {
  /** Instead of the container's own address. */
  readonly address?: string;
  readonly port: number;
  readonly path: string;
  /** Absent: plain HTTP. */
  readonly tls?: {
    /** SNI, Host header and the name that the certificate must hold. */
    readonly serverName: string;
    /** Name of the CertificateAuthority that signed it. */
    readonly authority: string;
  };
}
