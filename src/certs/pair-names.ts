import { randomBytes } from 'node:crypto';

/** The three files of a version, and their stable names in the Certificate's directory. */
export const PAIR_FILES = { key: 'tls.key', certificate: 'tls.crt', trust: 'ca.crt' } as const;
/** In the order of writing: a reader that watches the certificate finds its key there. */
export const PAIR_NAMES = [PAIR_FILES.key, PAIR_FILES.certificate, PAIR_FILES.trust] as const;

/** The symlink that says which version is live, and where the next one is made before it takes its place. */
export const LIVE_LINK = '..data';
export const NEXT_LIVE_LINK = '..data.next';

/** Offline authority: what waits for its signature, and its forms before and after. */
export const PENDING = '..pending';
export const NEXT_PENDING = '..pending.next';
export const PREVIOUS_PENDING = '..pending.previous';
export const PENDING_FILES = { key: PAIR_FILES.key, request: 'request.csr', identity: 'identity' } as const;

const VERSION = /^\.\.\d{13,}-[0-9a-f]{8}$/;

/** Whether a name in a Certificate's directory is a version's: nothing else is ever removed as one. */
export function isVersionName(name: string): boolean {
  return VERSION.test(name);
}

/**
 * Name of a new version.
 *
 * @param now milliseconds since the epoch
 * @param serial of its certificate, in hex; absent: random, for another version with the same certificate
 */
export function versionName(now: number, serial = randomBytes(4).toString('hex')): string {
  const time = String(Math.max(0, Math.trunc(now))).padStart(13, '0');
  return `..${time}-${serial.toLowerCase().slice(0, 8).padStart(8, '0')}`;
}
