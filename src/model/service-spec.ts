import type { Key } from './key.ts';

/** How the operator reaches a service of the stack over mutual TLS; it presents the Bastion's client certificate. */
export interface ServiceAddress {
  /** Name of the Container resource whose own address is dialled; absent: `address`. */
  readonly container?: string;
  readonly address?: string;
  readonly port: number;
  /** SNI, Host header and the name that the certificate must hold. */
  readonly serverName: string;
  /** Name of the CertificateAuthority that signed it. */
  readonly authority: string;
}

/** Settings of one closed loop against pressure. `isEnabled: false` switches all of it off. Ratios are 0 to 1. */
export interface PressureSpec {
  readonly isEnabled: boolean;
  /** A step up when the reading stayed at or above this. */
  readonly high: number;
  /** A step down when the reading stayed at or below this. */
  readonly low: number;
  /** Milliseconds that the reading must stay at or above `high`. */
  readonly raiseAfter: number;
  /** Milliseconds that the reading must stay at or below `low`. */
  readonly lowerAfter: number;
  /** Milliseconds between two steps at the least. */
  readonly dwell: number;
  /** Highest level that the loop may go to; absent: all that it has (memory 3, disk 4, the last of which drops blocks). */
  readonly maximumLevel?: number;
}

/** Pressure of a disk; readings are the share of it in use. `high` is where levels 1 and 2 begin. */
export interface DiskPressureSpec extends PressureSpec {
  /** Level 3 is taken only while the reading is at or above this. */
  readonly critical: number;
  /** Level 4 is taken only while the reading is at or above this. */
  readonly emergency: number;
}

/** One target of a Prometheus, as the operator watches it and mends what serves it. */
export interface TargetSpec {
  /**
   * Whose target it is: the ScrapeTarget or MonitoredService, the member of the stack, or the Prometheus itself (for its
   * own metrics, and for the operator's). Its conditions tell how the scrapes go, and its `address` level moves the target.
   */
  readonly resource: Key;
  /** Value of the label `job`. Of its targets it is the one whose label `instance` is `host:port`, by name and address alike. */
  readonly job: string;
  /** Host name that is scraped. */
  readonly host: string;
  readonly port: number;
  /** Name of the Container that serves it; absent: none of ours, so nothing is restarted. */
  readonly container?: string;
  /** Address to scrape while the name does not resolve; absent: that of the container in `network`. */
  readonly address?: string;
  /** Docker network in which it is scraped; absent: the first one of the container, by name. */
  readonly network?: string;
  /** false: it is scraped by name only. */
  readonly addressFallback?: boolean;
  /** It is not scraped from disk level 3 of its Prometheus on; that it is missing then is no failure. */
  readonly isHeavy?: boolean;
  /** Restarts of the container that are tried while the scrape fails; 0: none. */
  readonly maxRestarts: number;
}

/** A running service that the operator asks what it says of itself. Host paths carry the prefix of `--root`. */
export type ServiceSpec =
  | {
      readonly type: 'prometheus';
      readonly at: ServiceAddress;
      /** Host directory of the time series database. */
      readonly dataDirectory: string;
      /** Milliseconds that samples are kept without pressure. */
      readonly retention: number;
      readonly memoryPressure: PressureSpec;
      readonly diskPressure: DiskPressureSpec;
      /** All that it scrapes, members of the stack included, sorted by job and host. */
      readonly targets: readonly TargetSpec[];
    }
  | {
      readonly type: 'grafana';
      readonly at: ServiceAddress;
      readonly adminUser: string;
      /** Host path of the Secret that holds the password of the administrator. */
      readonly adminPassword: string;
      readonly datasources: readonly string[];
      /** Uids of the dashboards that must be there. */
      readonly dashboards: readonly string[];
    }
  | { readonly type: 'traefik'; readonly at: ServiceAddress };
