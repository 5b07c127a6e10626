import { CERTIFICATES_INSIDE, memberDirectory } from '../names.ts';
import type { House } from '../renderer.ts';

/** The user of the image, `nobody`, said in numbers: variants of the image have another one. */
export const PROMETHEUS_USER = 65_534;

/** Where Prometheus finds its configuration, and its data, inside its container. */
export const CONFIG_INSIDE = '/etc/prometheus';
export const DATA_INSIDE = '/prometheus';
export const TARGETS_INSIDE = '/etc/prometheus-targets';
/** Bundles of other authorities than the house's own. */
export const AUTHORITIES_INSIDE = '/etc/bastion-authorities';

/** Host directories of a Prometheus. */
export interface Places {
  readonly config: string;
  readonly rules: string;
  /** A file in it for each target, each a part of what is scraped. */
  readonly targets: string;
  readonly data: string;
}

export function placesOf(name: string, { bastion }: Pick<House, 'bastion'>): Places {
  const config = memberDirectory(name, 'config', bastion);
  return {
    config,
    rules: `${config}/rules`,
    targets: `${bastion.dataDirectory}/${name}/targets`,
    data: memberDirectory(name, 'data', bastion),
  };
}

/** Host directory of the bundles of all authorities that have theirs at the default place. */
export function authoritiesDirectory({ bastion }: Pick<House, 'bastion'>): string {
  return `${bastion.pkiDirectory}/certs`;
}

/** Bundle of an authority, inside the container. That of the house comes with the certificate of Prometheus. */
export function bundleInside(authority: string, { bastion }: Pick<House, 'bastion'>): string {
  return authority === bastion.certificateAuthority
    ? `${CERTIFICATES_INSIDE}/ca.crt`
    : `${AUTHORITIES_INSIDE}/${authority}-bundle.crt`;
}
