import type { PrometheusManifest } from '../../model/manifest-types.ts';
import type { TargetSpec } from '../../model/service-spec.ts';

/** Limits of one scrape; sizes as written. */
export type Limits = PrometheusManifest['spec']['limits'];

/** One thing that a Prometheus scrapes, with all that its scrape configuration needs. */
export interface Target extends TargetSpec {
  readonly path: string;
  /** Absent: plain HTTP, for a reason that the manifest states. */
  readonly tls?: {
    /** What its certificate must hold, by name and by address alike. */
    readonly serverName: string;
    /** Name of the CertificateAuthority that signed it. */
    readonly authority: string;
  };
  /** Absent: that of the Prometheus. */
  readonly interval?: string;
  /** In place of those of the Prometheus. */
  readonly limits?: Partial<Limits>;
  /** Besides `job` and `instance`. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Value of the label `instance`: always by name, so that series go on when the target is scraped by its address. */
export function instanceOf({ host, port }: TargetSpec): string {
  return `${host}:${port}`;
}
