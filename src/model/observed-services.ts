import type { Key } from './key.ts';

/** One measurement of how full something is. */
export interface Reading {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Share in use, 0 to 1. */
  readonly ratio: number;
}

/** Why a service gave no answer. */
export interface ServiceFailure {
  /**
   * not-running: nobody was asked. certificate: the connection was refused because of a certificate, ours or its own.
   * unreachable: no connection, no answer in time. refused: it answered, and not with what was asked for. starting: it
   * says itself that it is not ready yet.
   */
  readonly kind: 'not-running' | 'certificate' | 'unreachable' | 'refused' | 'starting';
  /** A sentence for people; holds no secrets. */
  readonly message: string;
  /** Milliseconds since the epoch since which it has been failing in a row, as this process saw it. */
  readonly since: number;
}

/** A target as Prometheus shows it. */
export interface ObservedTarget {
  readonly job: string;
  readonly instance: string;
  /** Host and port that are scraped. */
  readonly address: string;
  /** unknown: not scraped yet. missing: wanted, and not among its targets. */
  readonly health: 'up' | 'down' | 'unknown' | 'missing';
  /** Milliseconds since the epoch since which it has had this health, as this process saw it. */
  readonly since: number;
  /** In Prometheus' words, shortened; empty when there is none. */
  readonly lastError: string;
  /** Milliseconds since the epoch; 0 when never. */
  readonly lastScrape: number;
}

/** What Prometheus says of itself. Times in milliseconds since the epoch; what it does not tell is absent. */
export interface PrometheusAnswer {
  readonly version: string;
  /** Whether its last reload of the configuration succeeded. */
  readonly isConfigLoaded: boolean;
  /** Of the last successful reload. */
  readonly lastConfigTime?: number;
  readonly startedAt?: number;
  /**
   * Active targets and wanted ones that are missing, sorted by job and instance. At most 1000 of them; `targetCount` counts
   * all that are active.
   */
  readonly targets: readonly ObservedTarget[];
  readonly targetCount: number;
  readonly headSeries?: number;
  readonly blocksBytes?: number;
  readonly walBytes?: number;
  /** Time of the oldest sample. */
  readonly lowestTimestamp?: number;
  /** Failures of its database since it started: damaged segments, compactions and reloads that failed. */
  readonly storageFailures?: number;
}

/** Memory of a container; bytes. */
export interface ObservedMemory {
  /** What is in use, without file pages that the kernel may drop. */
  readonly used: number;
  readonly limit: number;
}

/** A block of a time series database on the disk. */
export interface ObservedBlock {
  /** Directory name, a ULID. */
  readonly name: string;
  /** End of its samples, milliseconds since the epoch. */
  readonly maxTime: number;
  /** On the disk. */
  readonly bytes: number;
}

/** The file system of a data directory, and what in it could go; bytes. */
export interface ObservedDisk {
  readonly at: number;
  readonly total: number;
  /** What unprivileged processes may still write. */
  readonly available: number;
  /** Names of the snapshots in the data directory, sorted, at most 100. */
  readonly snapshots: readonly string[];
  /** Complete blocks, oldest first, at most 1000. */
  readonly blocks: readonly ObservedBlock[];
}

/** What all services have in common. */
export interface Asked<Answer> {
  /** Milliseconds since the epoch of the last try. */
  readonly at: number;
  /** Id of the container that was asked; absent: the service is not in one of ours, or it does not run. */
  readonly container?: string;
  /** Milliseconds since the epoch at which that container started. */
  readonly containerStartedAt?: number;
  /** What it said last, of this life of the container only; absent: nothing yet. With a `failure` it is old. */
  readonly answer?: Answer;
  /** Milliseconds since the epoch of `answer`. */
  readonly answeredAt?: number;
  /** Why the last try gave none; absent: it gave one. */
  readonly failure?: ServiceFailure;
}

export interface ObservedPrometheus extends Asked<PrometheusAnswer> {
  readonly type: 'prometheus';
  readonly memory?: ObservedMemory;
  readonly disk?: ObservedDisk;
  /** Oldest first; as many as the loops need, never more than 1000. */
  readonly memoryReadings: readonly Reading[];
  readonly diskReadings: readonly Reading[];
}

/** Something of a Grafana that is not as it should be. */
export interface GrafanaFault {
  readonly uid: string;
  /** What Grafana said, and what to do; for people. */
  readonly message: string;
  /** Milliseconds since the epoch since which it has been so in a row, as this process saw it. */
  readonly since: number;
}

/** Why Grafana did not let the administrator in. */
export interface GrafanaRefusal {
  /** With what to do; for people. */
  readonly message: string;
  /** Milliseconds since the epoch of the attempt. */
  readonly at: number;
  /** Milliseconds since the epoch of the last change of the password's file then; 0: it could not be read. */
  readonly passwordChangedAt: number;
}

/** What Grafana says of itself. */
export interface GrafanaAnswer {
  readonly version: string;
  readonly isDatabaseWell: boolean;
  /** Absent: the administrator was let in. Else nothing is known of what follows, which is empty then. */
  readonly refusal?: GrafanaRefusal;
  /** Of the wanted data sources those that do not answer or are not there; sorted by uid. */
  readonly failingDatasources: readonly GrafanaFault[];
  /** Of the wanted dashboards those that are not there or cannot be read; sorted by uid. */
  readonly missingDashboards: readonly GrafanaFault[];
  /** Why the home dashboard cannot be shown; absent: it can, or Grafana does not tell. */
  readonly homeFailure?: string;
}

export interface ObservedGrafana extends Asked<GrafanaAnswer> {
  readonly type: 'grafana';
}

/** What Traefik says of itself. */
export interface TraefikAnswer {
  /** Of HTTP routers, services and middlewares together, and likewise TCP and UDP. */
  readonly total: number;
  readonly warnings: number;
  readonly errors: number;
  /** The first of those with errors, in words, sorted; at most 10. */
  readonly problems: readonly string[];
  /** Milliseconds since the epoch of the last configuration that it took; absent when it does not tell. */
  readonly lastConfigTime?: number;
}

export interface ObservedTraefik extends Asked<TraefikAnswer> {
  readonly type: 'traefik';
}

/** What a service said when it was asked last, beside the passes. */
export type ObservedService = ObservedPrometheus | ObservedGrafana | ObservedTraefik;

/** By the key of the resource that has the service; what is not there was never asked by this process. */
export type ObservedServices = Readonly<Partial<Record<Key, ObservedService>>>;
