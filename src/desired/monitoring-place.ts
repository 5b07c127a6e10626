import type { DesiredState } from '../model/resource.ts';
import { machineAddress, OPERATOR_CERTIFICATE } from '../stack/names.ts';

/** Where a Prometheus of the stack scrapes the operator. */
export interface MonitoringPlace {
  readonly host: string;
  readonly port: number;
  /** Host directory of tls.crt, tls.key and ca.crt, with the prefix of `--root`. */
  readonly directory: string;
}

/**
 * Where the operator is to be scraped: on this machine's address in the monitoring network, when a Prometheus asks for it
 * (`spec.operator`). Undefined when none does.
 */
export function monitoringPlace({ expansion, resources }: DesiredState): MonitoringPlace | undefined {
  const ports = Object.values(expansion.members).flatMap((member) => {
    const manifest = member?.manifest;
    return manifest?.kind === 'Prometheus' ? (manifest.spec.operator?.port ?? []) : [];
  });
  const [port] = ports.sort((a, b) => a - b);
  const certificate = resources
    .filter((resource) => resource.kind === 'Certificate')
    .find(({ name }) => name === OPERATOR_CERTIFICATE);
  if (port === undefined || certificate === undefined) return undefined;
  return { host: machineAddress(expansion.bastion), port, directory: certificate.spec.directory };
}
