import type { AdGuardExporterManifest } from '../../model/manifest-types.ts';
import { CERTIFICATES_INSIDE, hostName, OPERATOR_CERTIFICATE } from '../names.ts';
import type { House } from '../renderer.ts';
import { zonesOf } from '../zones.ts';
import { declaredEdges } from './declared-edges.ts';
import { nodeTitles } from './node-titles.ts';
import { EXPORTER_PORT, exporterPlaces, INSIDE, insideOf } from './places.ts';

const OURS = { certificate: `${CERTIFICATES_INSIDE}/tls.crt`, key: `${CERTIFICATES_INSIDE}/tls.key` } as const;
const AUTHORITY = `${CERTIFICATES_INSIDE}/ca.crt`;

/**
 * The configuration file of the program, JSON as src/exporter/config/schema.ts has it. Metrics are for Prometheus and the
 * operator only, and the state file is always there: in it a refused password outlives a restart, so that no number of
 * restarts locks anybody out of AdGuard Home.
 */
export function exporterConfig(manifest: AdGuardExporterManifest, house: House): string {
  const { spec } = manifest;
  const { bastion, stack } = house;
  const clients = stack.Prometheus.map(({ metadata, spec: { hostname } }) => hostname ?? metadata.name);
  const { accessLog } = exporterPlaces(manifest, house);
  const config = {
    listen: {
      port: EXPORTER_PORT,
      tls: { ...OURS, clientAuthority: AUTHORITY },
      allowedClients: [OPERATOR_CERTIFICATE, ...clients].map((name) => hostName(name, bastion)).sort(),
    },
    ...(spec.adguard === undefined ? {} : { adguard: adguardConfig(spec.adguard) }),
    ...(accessLog === undefined
      ? {}
      : { accessLog: { path: insideOf(accessLog, INSIDE.accessLog), trustedProxies: spec.trustedProxies } }),
    zones: zonesOf(house).zones,
    ...(spec.firewalldZones === undefined ? {} : { firewalldZones: INSIDE.firewalld }),
    localDomains: spec.localDomains ?? [bastion.domain],
    clientDomains: spec.clientDomains,
    gateways: spec.gateways,
    declaredEdges: declaredEdges(house),
    titles: nodeTitles(house),
    maxSeries: spec.maxSeries,
    stateFile: `${INSIDE.data}/state.json`,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

function adguardConfig(adguard: NonNullable<AdGuardExporterManifest['spec']['adguard']>): object {
  const { url, serverName, user, queryLogFile } = adguard;
  return {
    url,
    ...(user === undefined ? {} : { username: user, passwordFile: `${INSIDE.secrets}/adguard-password` }),
    ...(url.startsWith('https:')
      ? { tls: { authority: AUTHORITY, ...OURS, ...(serverName === undefined ? {} : { serverName }) } }
      : {}),
    ...(queryLogFile === undefined ? {} : { queryLog: 'file', queryLogFile: insideOf(queryLogFile, INSIDE.queryLog) }),
  };
}
