import type { BastionManifest } from '../model/manifest-types.ts';

type Bastion = BastionManifest['spec'];

/**
 * Docker name of a network that the stack shares. Not a constant, so that several installations fit on one engine.
 *
 * - `monitoring`: internal; where everything is scraped. Its first address is this machine.
 * - `grafana`: internal; Traefik, Grafana and Prometheus only, because Grafana cannot ask for client certificates itself.
 * - `edge`: where Traefik publishes its ports, and meets the applications.
 */
export function networkName(which: keyof Bastion['networks'], bastion: Pick<Bastion, 'networks'>): string {
  return bastion.networks[which];
}

/** Name of the operator's own client certificate. */
export const OPERATOR_CERTIFICATE = 'operator';

/** Where a container of the stack finds `tls.crt`, `tls.key` and `ca.crt`. */
export const CERTIFICATES_INSIDE = '/etc/bastion-certs';

/** `prometheus` to `prometheus.lab`. */
export function hostName(name: string, bastion: Pick<Bastion, 'domain'>): string {
  return `${name}.${bastion.domain}`;
}

/** Host directory of a member's `config`, `data` or `logs`. */
export function memberDirectory(
  name: string,
  what: 'config' | 'data' | 'logs',
  bastion: Pick<Bastion, 'dataDirectory'>,
): string {
  return `${bastion.dataDirectory}/${name}/${what}`;
}

/** Host directory of a Certificate's live pair (the default of `Certificate.spec.directory`). */
export function liveDirectory(name: string, bastion: Pick<Bastion, 'pkiDirectory'>): string {
  return `${bastion.pkiDirectory}/live/${name}`;
}

/** First address of the monitoring network: this machine, as containers there reach it. `172.30.77.0/24` to `172.30.77.1`. */
export function machineAddress(bastion: Pick<Bastion, 'monitoringSubnet'>): string {
  const [network = ''] = bastion.monitoringSubnet.split('/');
  const parts = network.split('.').map(Number);
  return [...parts.slice(0, 3), (parts[3] ?? 0) + 1].join('.');
}
