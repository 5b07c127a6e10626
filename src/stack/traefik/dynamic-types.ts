/** The parts of Traefik's dynamic configuration that we write. Names and shapes are Traefik's own. */
export interface Dynamic {
  readonly tls?: {
    readonly options?: Readonly<Record<string, TlsOptions>>;
    readonly certificates?: readonly KeyPair[];
    readonly stores?: { readonly default: { readonly defaultCertificate: KeyPair } };
  };
  readonly http?: {
    readonly middlewares?: Readonly<Record<string, { readonly stripPrefix: { readonly prefixes: readonly string[] } }>>;
    readonly routers?: Readonly<Record<string, Router>>;
    readonly services?: Readonly<Record<string, { readonly loadBalancer: LoadBalancer }>>;
    readonly serversTransports?: Readonly<Record<string, ServersTransport>>;
  };
  readonly tcp?: {
    readonly routers: Readonly<Record<string, Router>>;
    readonly services: Readonly<
      Record<string, { readonly loadBalancer: { readonly servers: readonly [{ readonly address: string }] } }>
    >;
  };
}

export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TlsOptions {
  readonly minVersion: 'VersionTLS12';
  readonly sniStrict: true;
  readonly clientAuth:
    | { readonly caFiles: readonly string[]; readonly clientAuthType: 'RequireAndVerifyClientCert' }
    | { readonly clientAuthType: 'NoClientCert' };
}

export interface Router {
  readonly entryPoints: readonly string[];
  readonly rule: string;
  readonly priority?: number;
  readonly service: string;
  readonly tls?: { readonly options?: string };
}

export interface LoadBalancer {
  readonly servers: readonly [{ readonly url: string }];
  readonly healthCheck?: {
    readonly path: string;
    readonly interval: string;
    readonly timeout: string;
    readonly status?: number;
    readonly followRedirects: boolean;
  };
  readonly serversTransport?: string;
}

export interface ServersTransport {
  readonly serverName: string;
  readonly rootCAs?: readonly string[];
  readonly certificates: readonly KeyPair[];
}
