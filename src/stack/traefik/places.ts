import type { BastionManifest, TraefikManifest } from '../../model/manifest-types.ts';
import { CERTIFICATES_INSIDE, hostName, memberDirectory } from '../names.ts';

/** A directory of the host, and where the container sees it. */
export interface Mounted {
  readonly host: string;
  readonly inside: string;
}

/** Where the parts of a Traefik lie: of our own by convention, of an adopted one as the manifest says. */
export interface Places {
  /** Name of its Container resource. */
  readonly container: string;
  /** `gateway.lab`: SNI, network alias and name in its certificate. */
  readonly hostName: string;
  /** Host path of its static configuration. */
  readonly staticFile: string;
  readonly dynamic: Mounted;
  /** Absent: there is no access log. */
  readonly logs?: Mounted;
  /** Where it sees the Certificate by which it is known to others, as a server and as a client. */
  readonly certificates: string;
  /** Where it sees the Certificate of the hosts that it serves. */
  readonly hostCertificates: string;
  /** Name of its entrypoint for HTTPS. */
  readonly entryPoint: string;
}

/** Name of the access log in its directory. */
export const ACCESS_LOG = 'access.log';

type Bastion = BastionManifest['spec'];

/** A Traefik resource to its places. */
export function placesOf({ metadata, spec }: TraefikManifest, bastion: Bastion): Places {
  const name = hostName(spec.hostname, bastion);
  const { existing } = spec;
  if (existing === undefined) {
    const config = memberDirectory(metadata.name, 'config', bastion);
    const logs = { host: memberDirectory(metadata.name, 'logs', bastion), inside: '/var/log/traefik' };
    return {
      container: metadata.name,
      hostName: name,
      staticFile: `${config}/traefik.yml`,
      dynamic: { host: `${config}/dynamic`, inside: '/etc/traefik/dynamic' },
      ...(spec.accessLog.enabled ? { logs } : {}),
      certificates: CERTIFICATES_INSIDE,
      hostCertificates: '/etc/bastion-host-certs',
      entryPoint: 'websecure',
    };
  }
  const logs = existing.logDirectory === undefined ? undefined : mounted(existing.logDirectory);
  return {
    container: existing.container,
    hostName: name,
    staticFile: existing.staticFile,
    dynamic: mounted(existing.dynamicDirectory),
    ...(spec.accessLog.enabled && logs !== undefined ? { logs } : {}),
    certificates: existing.certificates,
    hostCertificates: existing.hostCertificates,
    entryPoint: existing.entryPoint,
  };
}

/** Name of the Certificate of the hosts that a Traefik serves. */
export function hostCertificate(name: string): string {
  return `${name}-hosts`;
}

/** `HOST:CONTAINER`, as the schema has checked it. */
function mounted(text: string): Mounted {
  const [host = '', inside = ''] = text.split(':');
  return { host, inside };
}
