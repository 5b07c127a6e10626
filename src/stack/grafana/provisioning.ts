import { stringify } from 'yaml';
import { CERTIFICATES_INSIDE } from '../names.ts';
import { CONFIG_INSIDE } from './places.ts';

/** Uid of the data source that every dashboard uses. */
export const DATA_SOURCE = 'prometheus';
/** Folder of the dashboards that are there whatever becomes of the others. */
export const FALLBACK_FOLDER = 'Fallback';

export interface PrometheusAddress {
  /** Name that its certificate holds, by which it is reached. */
  readonly host: string;
  readonly port: number;
  /** Its scrape interval, e.g. `30s`. */
  readonly interval: string;
}

/**
 * Provisioning of the data source. The certificate is read from its files at every start and copied into the database
 * (encrypted), so no key is in the file and a renewed one needs a start. What a former version of the file named and
 * this one does not is removed from the database.
 */
export function dataSources({ host, port, interval }: PrometheusAddress): string {
  return stringify({
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Prometheus',
        uid: DATA_SOURCE,
        type: 'prometheus',
        access: 'proxy',
        orgId: 1,
        url: `https://${host}:${port}`,
        isDefault: true,
        editable: false,
        jsonData: {
          httpMethod: 'POST',
          prometheusType: 'Prometheus',
          timeInterval: interval,
          tlsAuth: true,
          tlsAuthWithCACert: true,
          serverName: host,
        },
        secureJsonData: {
          tlsCACert: fromFile('ca.crt'),
          tlsClientCert: fromFile('tls.crt'),
          tlsClientKey: fromFile('tls.key'),
        },
      },
    ],
  });
}

function fromFile(name: string): string {
  return `$__file{${CERTIFICATES_INSIDE}/${name}}`;
}

/**
 * Provisioning of dashboards: those of the house, foldered as their files are, and one provider more with a directory
 * of its own, so that a broken file among the others takes nothing from it.
 */
export function dashboardProviders(): string {
  const provider = { orgId: 1, type: 'file', disableDeletion: false, allowUiUpdates: false, updateIntervalSeconds: 30 };
  return stringify({
    apiVersion: 1,
    providers: [
      {
        name: 'bastion',
        ...provider,
        options: { path: `${CONFIG_INSIDE}/dashboards`, foldersFromFilesStructure: true },
      },
      { name: 'fallback', folder: FALLBACK_FOLDER, ...provider, options: { path: `${CONFIG_INSIDE}/fallback` } },
    ],
  });
}
