import { posix } from 'node:path';
import type { AdGuardExporterManifest, BastionManifest } from '../../model/manifest-types.ts';
import { memberDirectory } from '../names.ts';
import type { House } from '../renderer.ts';
import { accessLogPath } from '../traefik/access-log-path.ts';

/** Port of the exporter, the same in every installation. */
export const EXPORTER_PORT = 9617;

/** Where the container finds what is mounted. */
export const INSIDE = {
  config: '/etc/adguard-exporter',
  data: '/var/lib/adguard-exporter',
  secrets: '/run/secrets',
  accessLog: '/var/log/traefik',
  queryLog: '/var/log/adguard',
  firewalld: '/etc/firewalld/zones',
} as const;

/** Nobody else's: Prometheus is 65534 and node_exporter 65533, and what AdGuard's password opens is neither's. */
const USER = 65_532;

/** Its own, but root where a log is to be read that is its owner's alone. */
export function exporterUser({ adguard }: AdGuardExporterManifest['spec']): number {
  return adguard?.queryLogFile === undefined ? USER : 0;
}

/** Host paths of an exporter, without the prefix of `--root`. */
export interface ExporterPlaces {
  readonly config: string;
  readonly data: string;
  readonly secrets: string;
  readonly password: string;
  /** The log itself; its directory is what is mounted, for a rotated log is another file. */
  readonly accessLog?: string;
  readonly queryLog?: string;
}

/** Host paths of an exporter. */
export function exporterPlaces(
  { metadata, spec }: AdGuardExporterManifest,
  house: Pick<House, 'stack'> & { readonly bastion: BastionManifest['spec'] },
): ExporterPlaces {
  const { bastion } = house;
  const secrets = spec.secretsDirectory ?? `${bastion.dataDirectory}/${metadata.name}/secrets`;
  const accessLog = spec.accessLog ?? accessLogPath(house);
  const queryLog = spec.adguard?.queryLogFile;
  return {
    config: memberDirectory(metadata.name, 'config', bastion),
    data: memberDirectory(metadata.name, 'data', bastion),
    secrets,
    password: `${secrets}/adguard-password`,
    ...(accessLog === undefined ? {} : { accessLog }),
    ...(queryLog === undefined ? {} : { queryLog }),
  };
}

/** Path of a log in the container whose directory is mounted there. */
export function insideOf(path: string, directory: string): string {
  return `${directory}/${posix.basename(path)}`;
}
