/** The name that a query asks for: any text. */
export interface AskedName {
  /** As written; whatever is kept of it must be an `ownText`. */
  readonly name: string;
  /** A text in which it is, and where: parts of texts, as the name may be, are slow to look at. */
  readonly within: string;
  readonly nameAt: number;
}

/** One DNS query, wherever it was read: good only while it is told. */
export interface DnsEvent extends AskedName {
  /** As written: any text. */
  readonly client: string;
  readonly type: string;
  /** AdGuard's reason by number, 0 to 11. */
  readonly reason: number;
  /** List of the rule that decided, if one did. */
  readonly list: number | undefined;
  /** Id of the blocked service; empty: none. */
  readonly service: string;
  /** Address or URL of the upstream; empty: none was asked. */
  readonly upstream: string;
  /** Time of processing. */
  readonly seconds: number;
  readonly cached: boolean;
  /** `NOERROR`, `NXDOMAIN`, ...; undefined: there was no answer. */
  readonly code: string | undefined;
  /** Reads the answer's addresses: most queries are for domains whose addresses nobody wants. */
  answer(): AnswerAddresses;
  /** The least time to live in seconds of the answer's addresses; undefined: it has none. Cheaper than reading them all. */
  ttl(): number | undefined;
  /** When it was asked, in milliseconds since the epoch, with fractions; undefined: that cannot be read. */
  at(): number | undefined;
  /** Whether an address of the answer is private (see `isPrivateAddress`); cheaper than reading them all. */
  answersPrivately(): boolean;
}

export interface AnswerAddresses {
  readonly addresses: readonly string[];
  /** Least time to live of these in seconds. */
  readonly ttl: number | undefined;
}

export const DNS_RESULTS = [
  'allowed',
  'allowlisted',
  'blocked',
  'blocked_service',
  'safebrowsing',
  'parental',
  'safesearch',
  'rewritten',
] as const;

export type DnsResult = (typeof DNS_RESULTS)[number];

/** By AdGuard's reason number; `FilteredInvalid` counts as blocked, the reserved `NotFilteredError` as allowed. */
const RESULTS: readonly DnsResult[] = [
  'allowed',
  'allowlisted',
  'allowed',
  'blocked',
  'safebrowsing',
  'parental',
  'blocked',
  'safesearch',
  'blocked_service',
  'rewritten',
  'rewritten',
  'rewritten',
];

const NUMBERS = RESULTS.map((result) => DNS_RESULTS.indexOf(result));

/** What AdGuard did with a query: the place in DNS_RESULTS. */
export function resultNumber(reason: number): number {
  return NUMBERS[reason] ?? 0;
}

const LONGEST_SECONDS = 3600;

/** A time of processing as it is counted: what cannot be one counts as none, or every sum would end with it. */
export function plausibleSeconds(seconds: number): number {
  return seconds >= 0 && seconds <= LONGEST_SECONDS ? seconds : 0;
}

/** AdGuard's names of its reasons, by number. */
export const REASONS: readonly string[] = [
  'NotFilteredNotFound',
  'NotFilteredWhiteList',
  'NotFilteredError',
  'FilteredBlackList',
  'FilteredSafeBrowsing',
  'FilteredParental',
  'FilteredInvalid',
  'FilteredSafeSearch',
  'FilteredBlockedService',
  'Rewrite',
  'RewriteEtcHosts',
  'RewriteRule',
];
