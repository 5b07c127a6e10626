/** Names of these top-level domains are nobody's on the internet (RFC 6761, 6762, 8375 and common usage). */
const LOCAL = new Set(
  'arpa corp home internal invalid lab lan local localdomain localhost onion private test'.split(' '),
);

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

/** Domains that answer with private addresses on purpose: the address is in the name. */
const PRIVATE_ON_PURPOSE = new Set('plex.direct nip.io sslip.io traefik.me lvh.me localtest.me'.split(' '));

/** Whether a registrable domain is one of the public internet. */
export function isPublicDomain(domain: string): boolean {
  const last = domain.lastIndexOf('.');
  return last > 0 && !LOCAL.has(domain.slice(last + 1));
}

/** Whether programs of a vendor ask for a registrable domain by the clock. */
export function isAskedByTheClock(domain: string): boolean {
  return BY_THE_CLOCK.has(domain);
}

/** Whether a registrable domain may answer with a private address. */
export function mayAnswerPrivately(domain: string): boolean {
  return !isPublicDomain(domain) || PRIVATE_ON_PURPOSE.has(domain);
}
