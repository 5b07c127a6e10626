import type { GrafanaManifest } from '../../model/manifest-types.ts';
import { CERTIFICATES_INSIDE } from '../names.ts';
import { bytes } from '../quantities.ts';
import { CONFIG_INSIDE, SECRETS_INSIDE } from './places.ts';

/** Port of Grafana in its container. */
export const GRAFANA_PORT = 3000;
/** File of the home dashboard, below the configuration directory. */
export const HOME_DASHBOARD = 'fallback/home.json';

/** Share of the memory limit that Go's collector aims at: 300 of 384 MB, the rest is SQLite, stacks and page cache. */
const COLLECTOR_SHARE = 25 / 32;
const MEBIBYTE = 2 ** 20;

/**
 * Environment of the container of a Grafana. Grafana reads `GF_<SECTION>_<KEY>` in place of its grafana.ini, and ignores
 * in silence what it does not know: every name here is one of the configuration reference of 12.4.
 *
 * @param host name under which it is reached and certified
 */
export function grafanaEnvironment(spec: GrafanaManifest['spec'], host: string): Readonly<Record<string, string>> {
  return {
    ...server(host),
    ...security(spec),
    ...quiet,
    ...small(spec),
    GF_PATHS_PROVISIONING: `${CONFIG_INSIDE}/provisioning`,
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: `${CONFIG_INSIDE}/${HOME_DASHBOARD}`,
    GF_DASHBOARDS_MIN_REFRESH_INTERVAL: spec.minRefreshInterval,
  };
}

/**
 * TLS of its own, because Traefik and the operator verify what they talk to. It cannot ask for client certificates (there
 * is no such setting, grafana issue 125768): Traefik does in front of it, and nobody else is in its network.
 */
function server(host: string): Record<string, string> {
  return {
    GF_SERVER_PROTOCOL: 'https',
    GF_SERVER_HTTP_PORT: String(GRAFANA_PORT),
    GF_SERVER_DOMAIN: host,
    GF_SERVER_ROOT_URL: `https://${host}/`,
    GF_SERVER_CERT_FILE: `${CERTIFICATES_INSIDE}/tls.crt`,
    GF_SERVER_CERT_KEY: `${CERTIFICATES_INSIDE}/tls.key`,
    GF_SERVER_MIN_TLS_VERSION: 'TLS1.2',
    // Off by default: then an expired certificate is served until somebody restarts it.
    GF_SERVER_CERTS_WATCH_INTERVAL: '1m',
    // On by default from 13 on, with the library that takes over 500 MB (grafana issue 123017). Traefik can compress.
    GF_SERVER_ENABLE_GZIP: 'false',
  };
}

function security(spec: GrafanaManifest['spec']): Record<string, string> {
  return {
    GF_SECURITY_ADMIN_USER: spec.adminUser,
    GF_SECURITY_ADMIN_PASSWORD__FILE: `${SECRETS_INSIDE}/admin-password`,
    GF_SECURITY_SECRET_KEY__FILE: `${SECRETS_INSIDE}/secret-key`,
    GF_SECURITY_COOKIE_SECURE: 'true',
    GF_SECURITY_DISABLE_GRAVATAR: 'true',
    GF_USERS_ALLOW_SIGN_UP: 'false',
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
  };
}

/** The network has no way out: what would ask the outside for news only waits until it gives up. */
const quiet: Readonly<Record<string, string>> = {
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_ANALYTICS_FEEDBACK_LINKS_ENABLED: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
  GF_SNAPSHOTS_EXTERNAL_ENABLED: 'false',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_PLUGINS_PREINSTALL_AUTO_UPDATE: 'false',
  GF_PLUGINS_PLUGIN_ADMIN_ENABLED: 'false',
  GF_PLUGINS_PUBLIC_KEY_RETRIEVAL_DISABLED: 'true',
};

function small(spec: GrafanaManifest['spec']): Record<string, string> {
  return {
    GOMEMLIMIT: `${collectorGoal(spec.memoryLimit)}MiB`,
    GF_DATABASE_WAL: 'true',
    GF_DASHBOARDS_VERSIONS_TO_KEEP: '2',
    // 16 MB an answer: a panel that asks for more fails, instead of all of Grafana.
    GF_DATAPROXY_RESPONSE_LIMIT: String(16 * MEBIBYTE),
    // Alert rules are Prometheus's; Grafana shows them and evaluates none.
    GF_UNIFIED_ALERTING_EXECUTE_ALERTS: 'false',
    GF_LOG_MODE: 'console',
    GF_LOG_LEVEL: 'warn',
    // Whoever is in its network may read them: Traefik, which must not route there, and Prometheus.
    GF_METRICS_ENABLED: 'true',
    GF_METRICS_DISABLE_TOTAL_STATS: 'true',
  };
}

/** Whole mebibytes, at least one. */
function collectorGoal(memoryLimit: string): number {
  return Math.max(1, Math.floor((bytes(memoryLimit) * COLLECTOR_SHARE) / MEBIBYTE));
}
