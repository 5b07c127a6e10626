import type { TraefikManifest } from '../../model/manifest-types.ts';
import { imageVersion, type Version } from '../image-version.ts';
import { METRICS_ENTRYPOINT, METRICS_PORT, PING_ADDRESS, PING_ENTRYPOINT } from './names.ts';
import { ACCESS_LOG, type Places } from './places.ts';

/** Fields of a request that are logged: who, what and how long, never headers, and no path with its query string. */
const FIELDS = [
  'StartUTC',
  // The peer: the exporter believes ClientHost, which a header may have set, only behind proxies that are trusted.
  'ClientAddr',
  'ClientHost',
  'RouterName',
  'ServiceName',
  'ServiceAddr',
  'RequestMethod',
  'RequestHost',
  'RequestProtocol',
  'RequestContentSize',
  'DownstreamStatus',
  'DownstreamContentSize',
  'OriginStatus',
  'OriginDuration',
  'Duration',
  'Overhead',
  'RetryAttempts',
  'TLSVersion',
  'TLSCipher',
  'TLSClientSubject',
  'entryPointName',
] as const;

/** Static configuration of a Traefik of our own. `image` is the reference that is really used. */
export function staticConfiguration({ spec }: TraefikManifest, places: Places, image: string): object {
  const version = imageVersion(image);
  // Else a client could pass X_Forwarded_For off as X-Forwarded-For to applications that take both for one.
  const http = knows(version, ALIAS_HEADERS) ? { aliasHeadersStrategy: 'delete' } : {};
  return {
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    entryPoints: {
      ...(spec.ports.web === 0 ? {} : { web: { address: ':80', http: { ...toHttps(spec.ports.websecure), ...http } } }),
      // As default, because routers that name no entrypoint would be at that of the metrics, too.
      [places.entryPoint]: { address: ':443', asDefault: true, http: { tls: {}, ...http } },
      [METRICS_ENTRYPOINT]: { address: `:${METRICS_PORT}`, http: { tls: {}, ...http } },
      [PING_ENTRYPOINT]: { address: PING_ADDRESS, http },
    },
    metrics: metricsConfiguration(),
    ping: { entryPoint: PING_ENTRYPOINT },
    api: { dashboard: spec.dashboard, insecure: false },
    log: { level: 'INFO', format: 'json' },
    ...(places.logs === undefined ? {} : { accessLog: accessLogConfiguration(places.logs.inside, version) }),
    providers: { file: { directory: places.dynamic.inside, watch: true } },
  };
}

/** The router is ours (`manualRouting`): the built-in one cannot be told which TLS options it has. */
function metricsConfiguration(): object {
  return {
    prometheus: {
      entryPoint: METRICS_ENTRYPOINT,
      manualRouting: true,
      addEntryPointsLabels: true,
      addRoutersLabels: true,
      addServicesLabels: true,
      buckets: [0.1, 0.3, 1.2, 5],
    },
  };
}

/** `accessLog` of the static configuration, in a directory of the container. */
export function accessLogConfiguration(directory: string, version: Version | undefined): object {
  return {
    filePath: `${directory}/${ACCESS_LOG}`,
    format: 'json',
    bufferingSize: 100,
    fields: {
      defaultMode: 'drop',
      names: Object.fromEntries(FIELDS.map((name) => [name, 'keep'])),
      headers: { defaultMode: 'drop' },
      ...(knows(version, QUERY_PARAMETERS) ? { queryParameters: { defaultMode: 'drop' } } : {}),
    },
  };
}

/** All requests are sent on. `websecure`: port of the host, which the browser is told where it is another one. */
function toHttps(websecure: number): object {
  return { redirections: { entryPoint: { to: websecure === 443 ? 'websecure' : `:${websecure}`, scheme: 'https' } } };
}

/** First versions that know a key, one a line of releases: a key that is not known keeps Traefik from starting. */
const ALIAS_HEADERS: readonly Version[] = [[3, 7, 12]];
const QUERY_PARAMETERS: readonly Version[] = [
  [3, 6, 20],
  [3, 7, 3],
];

/**
 * Whether a version knows a key. One that is not told counts as one that does not: a query string more in a log is less
 * bad than a proxy that does not start.
 */
function knows(version: Version | undefined, since: readonly Version[]): boolean {
  if (version === undefined) return false;
  const [major, minor, patch] = version;
  const own = since.find((first) => first[0] === major && first[1] === minor);
  if (own !== undefined) return patch >= own[2];
  const last = since.at(-1);
  return last !== undefined && (major > last[0] || (major === last[0] && minor > last[1]));
}
