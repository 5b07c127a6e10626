import { lastDot } from '../names/last-dot.ts';

/** Names of these top-level domains are nobody's on the internet (RFC 6761, 6762, 8375 and common usage). */
const LOCAL = 'arpa corp home internal invalid lab lan local localdomain localhost onion private test'.split(' ');
/** By length: most names end in three letters, and there are only two of these. */
const LOCAL_BY_LENGTH = Array.from({ length: 16 }, (_, length) => LOCAL.filter((name) => name.length === length));

/**
 * Domains of vendors whose programs ask by the clock: time servers, checks for a connection and for updates. What beats for
 * them is no news; whoever misuses them is not found by it.
 */
const BY_THE_CLOCK = new Set(
  (
    'ntp.org apple.com icloud.com microsoft.com msftconnecttest.com msftncsi.com windows.com windowsupdate.com google.com ' +
    'googleapis.com gstatic.com android.com firefox.com mozilla.com mozilla.net mozilla.org ubuntu.com debian.org ' +
    'fedoraproject.org archlinux.org docker.com docker.io github.com amazon.com samsung.com samsungcloudsolution.com ' +
    'samsungcloudsolution.net netflix.com spotify.com sonos.com ui.com synology.com qnap.com home-assistant.io ' +
    'meethue.com philips.com tuyaeu.com tuyaus.com xiaomi.com roku.com plex.tv letsencrypt.org grafana.com'
  ).split(' '),
);

/** Lengths that they have: the set wants the hash of a domain, which takes longer than all else about it. */
const VENDOR_LENGTHS = Uint8Array.from({ length: 64 }, (_, length) =>
  Number([...BY_THE_CLOCK].some((domain) => domain.length === length)),
);

/** Domains that answer with private addresses on purpose: the address is in the name. */
const PRIVATE_ON_PURPOSE = new Set('plex.direct nip.io sslip.io traefik.me lvh.me localtest.me'.split(' '));

/** Whether a registrable domain is one of the public internet. */
export function isPublicDomain(domain: string): boolean {
  const last = lastDot(domain);
  return last > 0 && isPublicTop(domain, last + 1, domain.length);
}

/** Whether a part of a text is a top-level domain of the public internet. */
export function isPublicTop(text: string, start: number, end: number): boolean {
  const local = LOCAL_BY_LENGTH[end - start];
  if (local === undefined) return true;
  for (const name of local)
    if (text.charCodeAt(end - 1) === name.charCodeAt(name.length - 1) && text.startsWith(name, start)) return false;
  return true;
}

/** Whether a vendor's domain, for which programs ask by the clock, has this length: most are none by that alone. */
export function hasVendorsLength(length: number): boolean {
  return VENDOR_LENGTHS[length] === 1;
}

/** Whether programs of a vendor ask for a registrable domain by the clock. */
export function isAskedByTheClock(domain: string): boolean {
  return hasVendorsLength(domain.length) && BY_THE_CLOCK.has(domain);
}

/** Whether a registrable domain may answer with a private address. */
export function mayAnswerPrivately(domain: string): boolean {
  return !isPublicDomain(domain) || PRIVATE_ON_PURPOSE.has(domain);
}
