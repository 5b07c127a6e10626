import type { HostPlaces } from '../host-places.ts';
import { isWithin } from '../normalise/host-path.ts';

/**
 * Whoever holds something here may hold the host, so no root of the desired state allows it. Whole trees, because what
 * runs as root is told what to do in too many places below them for a list (profiles, hooks of git, units, sockets).
 */
export const FORBIDDEN_PLACES: readonly string[] = [
  '/proc',
  '/sys',
  '/dev',
  '/boot',
  '/root',
  '/home',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/etc',
  '/run',
  '/var',
  // Below /var, but often moved to a larger disk by a symlink.
  '/var/lib/docker',
  '/var/lib/containerd',
];

/** What lies below these and steers nothing but what the desired state may steer: the defaults of `allowedRoots`, and time zones. */
const HARMLESS: readonly string[] = [
  '/etc/bastion',
  '/etc/traefik',
  '/etc/prometheus',
  '/etc/grafana',
  '/etc/adguard-exporter',
  '/etc/pki',
  '/etc/localtime',
  '/etc/timezone',
  '/usr/share/zoneinfo',
];

/** Harmless to those who cannot write there. */
const HARMLESS_TO_READ: readonly string[] = ['/etc/ssl/certs', '/var/log'];

/**
 * The forbidden place that a path of the host is, lies in, or holds; undefined when there is none.
 *
 * @param path plain; its symlinks resolved or not
 * @param isWritable whether something could be written there
 * @param places where the forbidden places really lie
 */
export function findForbidden(path: string, isWritable: boolean, places: HostPlaces): string | undefined {
  const both = (place: string): string[] => [place, places.real(place)];
  const harmless = isWritable ? HARMLESS : [...HARMLESS, ...HARMLESS_TO_READ];
  if (harmless.some((place) => both(place).some((each) => isWithin(path, each)))) return undefined;
  return FORBIDDEN_PLACES.flatMap(both).find((place) => isWithin(path, place) || isWithin(place, path));
}
