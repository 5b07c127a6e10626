import type { PeerCertificate } from 'node:tls';
import { parseAlternativeNames } from './alternative-names.ts';

/** What is known when a dial fails. */
export interface DialFailure {
  readonly error: Error;
  readonly serverName: string;
  /** What the other side showed, if it came so far. */
  readonly certificate: PeerCertificate | undefined;
  readonly hasIdentity: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const UNTRUSTED = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
];

/** What the other side says when our certificate is not good enough for it. */
const ALERTS: Readonly<Record<string, string>> = {
  BAD_CERTIFICATE: 'bad certificate',
  CERTIFICATE_EXPIRED: 'expired',
  CERTIFICATE_REVOKED: 'revoked',
  CERTIFICATE_UNKNOWN: 'not acceptable',
  UNKNOWN_CA: 'signed by nobody it trusts',
  UNSUPPORTED_CERTIFICATE: 'not meant for clients',
  ACCESS_DENIED: 'access denied',
  DECRYPT_ERROR: 'its signature does not hold',
};

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host does not answer',
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'the name service does not answer',
};

/** Why a dial failed. */
export interface FailureCause {
  /** A sentence for people, without its subject and its full stop. */
  readonly text: string;
  /** `certificate`: theirs or ours is not good enough. `closed`: they hung up and did not say why. */
  readonly because: 'certificate' | 'unreachable' | 'closed' | 'protocol';
}

/** What went wrong in a dial, for people and for whoever gives them advice. */
export function dialFailure(failure: DialFailure): FailureCause {
  const code = (failure.error as NodeJS.ErrnoException).code ?? '';
  const refusal = refusalText(code, failure);
  if (refusal !== undefined) return { text: refusal, because: 'certificate' };
  if (failure.certificate !== undefined) {
    const distrust = distrustText(code, failure.certificate, failure.serverName, failure.now);
    if (distrust !== undefined) return { text: distrust, because: 'certificate' };
  }
  const unreachable = unreachableText(failure.error);
  if (unreachable !== undefined) return { text: unreachable, because: 'unreachable' };
  if (code === 'ECONNRESET' || code === 'EPIPE') return { text: closedText(failure), because: 'closed' };
  return { text: protocolText(code), because: 'protocol' };
}

/** Why nothing was there to talk to; undefined when it is something else. */
export function unreachableText(error: Error): string | undefined {
  return UNREACHABLE[(error as NodeJS.ErrnoException).code ?? ''];
}

function protocolText(code: string): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNEXPECTED_MESSAGE/.test(code)) {
    return 'it answers, but does not speak TLS';
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code)) return 'it does not speak TLS 1.2 or newer';
  return `TLS failed${code === '' ? '' : ` (${code})`}`;
}

/** The other side hung up without a word, which is how some refuse a certificate. */
export function closedText({ certificate, hasIdentity }: Pick<DialFailure, 'certificate' | 'hasIdentity'>): string {
  if (certificate === undefined) return 'it closed the connection before it showed a certificate';
  return hasIdentity
    ? 'refused our client certificate: it closed the connection at once and did not say why'
    : 'closed the connection at once; it may want a client certificate, and none was given';
}

function refusalText(code: string, { certificate, hasIdentity }: DialFailure): string | undefined {
  const alert = /_ALERT_(.+)$/.exec(code)?.[1];
  if (alert === undefined) return undefined;
  if (
    alert === 'CERTIFICATE_REQUIRED' ||
    (alert === 'HANDSHAKE_FAILURE' && certificate !== undefined && !hasIdentity)
  ) {
    return 'wants a client certificate, and none was given';
  }
  if (alert === 'UNRECOGNIZED_NAME') return 'does not know the name that was asked for';
  const reason = ALERTS[alert];
  if (hasIdentity && certificate !== undefined) {
    return `refused our client certificate: ${reason ?? alert.toLowerCase().replaceAll('_', ' ')}`;
  }
  if (alert === 'PROTOCOL_VERSION') return undefined;
  return `broke the handshake off: ${alert.toLowerCase().replaceAll('_', ' ')}`;
}

function distrustText(code: string, certificate: PeerCertificate, serverName: string, now: number): string | undefined {
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return datesText(code, certificate, now);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { dnsNames, ipAddresses } = parseAlternativeNames(certificate.subjectaltname);
    const held = [...dnsNames, ...ipAddresses];
    return `does not hold the name ${serverName}; it holds ${held.length > 0 ? held.join(', ') : 'none'}`;
  }
  if (UNTRUSTED.includes(code)) return 'signed by nobody we trust';
  if (code === 'INVALID_PURPOSE') return 'not meant for servers (its usages lack serverAuth)';
  if (code === 'INVALID_CA' || code === 'PATH_LENGTH_EXCEEDED') return 'signed by somebody who may not sign';
  return undefined;
}

/** OpenSSL gives the same code when it is the authority that is too old, or too new. */
function datesText(code: string, { valid_from, valid_to }: PeerCertificate, now: number): string {
  const [from, to] = [Date.parse(valid_from), Date.parse(valid_to)];
  if (code === 'CERT_HAS_EXPIRED') {
    return to <= now ? `expired on ${iso(to)}` : 'signed by an authority that has expired';
  }
  return now < from ? `not valid before ${iso(from)}` : 'signed by an authority that is not valid yet';
}

const iso = (time: number): string => new Date(time).toISOString();
