import type { BastionManifest, GrafanaManifest } from '../../model/manifest-types.ts';
import { memberDirectory } from '../names.ts';

/** Where the container finds its configuration directory. */
export const CONFIG_INSIDE = '/etc/bastion-grafana';
/** Where the container finds its secrets. */
export const SECRETS_INSIDE = '/run/secrets';
/** What the image runs as: its own user, and the group root that all its files belong to. */
export const GRAFANA_USER = 472;

/** Host paths of a Grafana. */
export interface GrafanaPlaces {
  readonly config: string;
  /** Every directory below config, parents first; without those of folders. */
  readonly provisioning: string;
  readonly dashboards: string;
  readonly fallback: string;
  readonly data: string;
  readonly secrets: string;
  readonly adminPassword: string;
  readonly secretKey: string;
}

/** Host paths of a Grafana, without the prefix of `--root`. */
export function grafanaPlaces(
  { metadata, spec }: Pick<GrafanaManifest, 'metadata' | 'spec'>,
  bastion: Pick<BastionManifest['spec'], 'dataDirectory'>,
): GrafanaPlaces {
  const config = memberDirectory(metadata.name, 'config', bastion);
  const secrets = spec.secretsDirectory ?? `${bastion.dataDirectory}/${metadata.name}/secrets`;
  return {
    config,
    provisioning: `${config}/provisioning`,
    dashboards: `${config}/dashboards`,
    fallback: `${config}/fallback`,
    data: memberDirectory(metadata.name, 'data', bastion),
    secrets,
    adminPassword: `${secrets}/admin-password`,
    secretKey: `${secrets}/secret-key`,
  };
}

/** Part of the name of a resource for a folder as people write it: `DNS and zones` to `dns-and-zones`. */
export function folderSlug(folder: string): string {
  return folder.toLowerCase().replaceAll(/[ _]/g, '-');
}
