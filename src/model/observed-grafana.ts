/** What stands between somebody and what they asked for, as far as it can be told from the outside. */
export type GrafanaCause = 'certificate' | 'password' | 'refused' | 'name' | 'other';

/** Something that Grafana does not do as it should. */
export interface GrafanaFault {
  readonly cause: GrafanaCause;
  /** What Grafana, or the connection to it, said; shortened, one line. */
  readonly said: string;
}

/** What a Grafana said of itself at one look; what could not be asked is absent. Plain values. */
export interface ObservedGrafana {
  /** Why it does not serve; absent: it does, and its database is well. */
  readonly health?: GrafanaFault;
  readonly version?: string;
  /** Why the administrator was not let in; absent: they were, or were never asked for. Then the rest is not known. */
  readonly login?: GrafanaFault;
  /** Data source that does not answer, by uid; absent: none were asked. */
  readonly datasources?: Readonly<Record<string, GrafanaFault>>;
  /** Wanted uids of dashboards that are not there, sorted; absent: they could not be asked for. */
  readonly missingDashboards?: readonly string[];
  /** Why the home dashboard cannot be shown; absent: it can, or was not asked for. */
  readonly home?: GrafanaFault;
}
