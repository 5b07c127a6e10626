/**
 * What a failed scrape comes from, as far as Prometheus' words tell.
 *
 * - name: the host name does not resolve, or nobody answers who knows it
 * - certificate: the two sides do not trust each other, or one of them speaks no TLS
 * - limit: there was an answer, and more in it than the job's limits allow
 * - answer: there was an answer, and it is not one with metrics
 * - unreachable: no connection, no answer in time, or an error of the service itself
 */
export type ScrapeErrorKind = 'name' | 'certificate' | 'limit' | 'answer' | 'unreachable';

/** In this order: `lookup x: i/o timeout` is of a name, `dial tcp 1.2.3.4:80: i/o timeout` is not. */
const PATTERNS: readonly (readonly [ScrapeErrorKind, RegExp])[] = [
  [
    'name',
    /no such host|server misbehaving|\blookup \S+.*(?:i\/o timeout|connection refused|no answer)|in name resolution/i,
  ],
  [
    'certificate',
    /x509:|\btls:|certificate|does not look like a TLS handshake|server gave HTTP response to HTTPS client/i,
  ],
  ['limit', /(?:sample|target|label|body).*limit.*exceeded|limit exceeded|_limit\b/i],
  [
    'answer',
    /server returned HTTP status [34]\d\d|content-type|not a valid start token|expected .*got|invalid (?:metric|utf)/i,
  ],
];

/** `lastError` of a target to what it comes from. Whatever is not known may be a service that hangs. */
export function scrapeErrorKind(lastError: string): ScrapeErrorKind {
  return PATTERNS.find(([, pattern]) => pattern.test(lastError))?.[0] ?? 'unreachable';
}

/**
 * Whether the name of the host may be the cause of a failed scrape. Where name servers do not answer, the time is up before
 * the name is given up, and Prometheus tells no more than that. It may as well be a service that hangs: then the address
 * does no harm.
 */
export function mayBeOfName(lastError: string): boolean {
  return scrapeErrorKind(lastError) === 'name' || /: context deadline exceeded$/i.test(lastError);
}

/** The limits of a job by Prometheus' words, and the field of a Prometheus or ScrapeTarget that sets them. */
const LIMITS: readonly (readonly [RegExp, string])[] = [
  [/label_?\s?name_?\s?length/i, 'limits.labelNameLength'],
  [/label_?\s?value_?\s?length/i, 'limits.labelValueLength'],
  [/body/i, 'limits.bodySize'],
  [/label/i, 'limits.labels'],
  [/sample/i, 'limits.samples'],
];

/** What a person does about it; `host` is what is scraped. */
export function scrapeAdvice(lastError: string, host: string): string {
  switch (scrapeErrorKind(lastError)) {
    case 'name':
      return `the name ${host} does not resolve inside Prometheus: is its container in the network, with this alias? Or set address`;
    case 'certificate':
      return `a restart does not help: compare the certificate that ${host} serves, and its authority, with: bastion certs`;
    case 'limit': {
      const field = LIMITS.find(([pattern]) => pattern.test(lastError))?.[1] ?? 'limits';
      return `it brings more than it may: raise ${field} of the ScrapeTarget (or of the Prometheus), or let it bring less`;
    }
    case 'answer':
      return 'it answers, but not with metrics: correct port and path, or what the service answers there';
    case 'unreachable':
      return `is the service up, and listening where it is scraped? See its log`;
  }
}
