import type { Zone } from '../zones/zone-table.ts';

/** Files of a TLS identity; they are read again when they change. */
export interface ServerTls {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string;
}

export interface ClientTls {
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly serverName?: string;
}

export interface AdGuardConfig {
  readonly url: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly tls?: ClientTls;
  readonly pollSeconds: number;
  readonly statisticsSeconds: number;
  readonly namesSeconds: number;
  readonly timeoutSeconds: number;
  readonly pageSize: number;
  readonly pagesAPoll: number;
  readonly queryLog: 'api' | 'file';
  readonly queryLogFile?: string;
}

export interface AccessLogConfig {
  readonly path: string;
  readonly pollMilliseconds: number;
  readonly trustedProxies: readonly string[];
}

/** An edge of the graph that no log shows. */
export interface DeclaredEdge {
  readonly source: string;
  readonly target: string;
  readonly kind: 'scrape' | 'declared';
}

/** What a service is called in the graph. */
export interface NodeTitle {
  readonly service: string;
  readonly title: string;
}

/** The configuration with its defaults; `schema.ts` says what each field means. */
export interface Config {
  readonly listen: {
    readonly host: string;
    readonly port: number;
    readonly tls: ServerTls;
    readonly allowedClients: readonly string[];
  };
  readonly adguard?: AdGuardConfig;
  readonly accessLog?: AccessLogConfig;
  readonly zones: readonly Zone[];
  readonly firewalldZones?: string;
  readonly localDomains: readonly string[];
  readonly clientDomains: boolean;
  readonly gateways: readonly string[];
  readonly declaredEdges: readonly DeclaredEdge[];
  readonly titles: readonly NodeTitle[];
  readonly maxSeries: number;
  readonly stateFile?: string;
}
