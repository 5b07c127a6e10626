/** Uid of the data source, as the operator provisions it (src/stack/grafana/provisioning.ts). */
export const DATA_SOURCE = { type: 'prometheus', uid: 'prometheus' } as const;

/** Uids of the dashboards: links from one to another rest on them, so they never change. */
export const UIDS = {
  topology: 'bastion-network-topology',
  zones: 'bastion-zones',
  domains: 'bastion-domains-dns',
  services: 'bastion-services',
  operator: 'bastion-operator',
  runbook: 'bastion-runbook',
} as const;

/** The folder of all of them in Grafana. */
export const FOLDER = 'Homelab';
