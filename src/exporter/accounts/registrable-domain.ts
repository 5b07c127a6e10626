import { lastDot } from '../names/last-dot.ts';

/** Second-level names under which countries register (`co.uk`, `com.au`): most of what the Public Suffix List is for. */
const SECOND_LEVEL = new Set(
  'ac co com edu gob gov gouv go govt gv id in info ltd me mil ne net nom or org plc sch web asn asso'.split(' '),
);

/** Two-letter top-level domains that sell short names directly, so that `co.XX` there is somebody's domain. */
const FLAT = new Set(
  'ai cc co de eu fm fr gg io is it la ly me nl ru sh so st to tv us vc ws be ch cz dk se'.split(' '),
);

/** What stands for all reverse lookups. */
export const REVERSE_LOOKUP = 'reverse-lookup';

const LONGEST_NAME = 253;

/**
 * The domain that somebody registered: the last two labels, three behind a country's second level (`bbc.co.uk`). A rule of
 * thumb in place of the Public Suffix List, which would cost more memory than everything else: it may join what belongs to
 * different people, never split what belongs to one. Names under `localDomains` are kept whole; reverse lookups are one.
 */
export function registrableDomain(name: string, localDomains: readonly string[]): string {
  const text = name.length > LONGEST_NAME ? name.slice(-LONGEST_NAME) : name;
  const host = text.endsWith('.') && text.length > 1 ? text.slice(0, -1) : text;
  const last = lastDot(host);
  if (last <= 0) return host === '' ? '.' : host;
  if (host.endsWith('.in-addr.arpa') || host.endsWith('.ip6.arpa')) return REVERSE_LOOKUP;
  for (const local of localDomains) if (host.endsWith(local) && isUnder(host, local)) return host;
  const second = lastDot(host, last);
  if (second === -1) return host;
  const country = host.length - last === 3;
  if (country && SECOND_LEVEL.has(host.slice(second + 1, last)) && !FLAT.has(host.slice(last + 1))) {
    const third = lastDot(host, second);
    return third === -1 ? host : host.slice(third + 1);
  }
  return host.slice(second + 1);
}

function isUnder(host: string, domain: string): boolean {
  return host.length === domain.length || host[host.length - domain.length - 1] === '.';
}
