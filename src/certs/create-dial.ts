import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type * as Tls from 'node:tls';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { Dial, DialRequest } from './dial.ts';
import { closedText, dialFailureText } from './dial-failure.ts';

/**
 * In TLS 1.3 our side is done before the other has looked at our certificate, and nothing in the protocol says that it
 * was accepted: a refusal is an alert, or an end of the connection, a little later. So a dial counts as good when nothing
 * of that comes for this long, or with a peer that is slow for several times as long as the handshake took, as far as
 * there is time.
 */
const REFUSAL_AT_LEAST = 150;
const REFUSAL_IN_HANDSHAKES = 4;

/**
 * Makes the function that dials; TLS is loaded with the first one.
 * @param now milliseconds since the epoch, for the `at` of what was found
 */
export function createDial(now: () => number): Dial {
  return async (request) => {
    const tls = await import('node:tls');
    const found = await new Promise<Found>((resolve) => handshake(tls, request, now, resolve));
    return observed(found, now());
  };
}

/** What was shown, and what went wrong; at least one of them. */
interface Found {
  readonly certificate?: Tls.PeerCertificate | undefined;
  readonly failure?: string;
}

function handshake(tls: typeof Tls, request: DialRequest, now: () => number, resolve: (found: Found) => void): void {
  const { deadline, serverName, identity } = request;
  const began = performance.now();
  const hasIdentity = identity !== undefined;
  let socket: Tls.TLSSocket;
  try {
    socket = tls.connect(connectOptions(tls, request));
  } catch {
    // What OpenSSL says about keys and certificates stays here: it may quote them.
    return resolve({ failure: 'our own certificate, key or trusted authorities cannot be read' });
  }
  let certificate: Tls.PeerCertificate | undefined;
  let refusal: NodeJS.Timeout | undefined;
  const settle = (failure?: string): void => {
    clearTimeout(limit);
    clearTimeout(refusal);
    socket.destroy();
    resolve({ certificate, ...(failure === undefined ? {} : { failure }) });
  };
  const limit = setTimeout(() => settle(`did not answer within ${deadline} ms`), deadline);

  const look = (): void => {
    certificate ??= shownCertificate(socket);
  };
  // Keys are made right after the other side's certificate has come, and before anybody judges it: the only event that
  // also comes when the other side then refuses ours. node destroys the socket in its own listener of `secure`.
  socket.on('keylog', look);
  socket.prependListener('secure', look);
  socket.on('secureConnect', () => {
    if (!socket.authorized) return settle('signed by nobody we trust');
    // It has answered: from here on it can only be refused, and not be late.
    clearTimeout(limit);
    const elapsed = performance.now() - began;
    const patience = Math.min(REFUSAL_IN_HANDSHAKES * elapsed, deadline - elapsed);
    refusal = setTimeout(settle, Math.max(REFUSAL_AT_LEAST, patience));
  });
  // Not once: what comes after all is settled must have a listener, too.
  socket.on('error', (error: Error) =>
    settle(dialFailureText({ error, serverName, certificate, hasIdentity, now: now() })),
  );
  socket.on('close', () => settle(closedText({ certificate, hasIdentity })));
  socket.on('end', () => settle(closedText({ certificate, hasIdentity })));
  // An alert is read only from a socket that flows.
  socket.resume();
}

function connectOptions(
  tls: typeof Tls,
  { host, port, serverName, trust, identity }: DialRequest,
): Tls.ConnectionOptions {
  return {
    host,
    port,
    ca: [...trust],
    // An intermediate authority may be the one that is trusted.
    allowPartialTrustChain: true,
    minVersion: 'TLSv1.2',
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
    ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.key }),
    checkServerIdentity: (_host, certificate) => checkName(tls, serverName, certificate),
  };
}

/** As node does, but a common name is no name: Go's clients ignore it, too. */
function checkName(tls: typeof Tls, name: string, certificate: Tls.PeerCertificate): Error | undefined {
  return tls.checkServerIdentity(name, { ...certificate, subject: { ...certificate.subject, CN: '' } });
}

/**
 * Not `getPeerX509Certificate`: on a client's side it takes the certificate away from the connection, and node's own check
 * of the name then sees none.
 */
function shownCertificate(socket: Tls.TLSSocket): Tls.PeerCertificate | undefined {
  const certificate = socket.getPeerCertificate() as Partial<Tls.PeerCertificate> | null;
  return certificate?.raw === undefined ? undefined : (certificate as Tls.PeerCertificate);
}

function observed({ certificate, failure }: Found, at: number): ObservedServed {
  if (certificate === undefined) return { at, state: 'unreachable', error: failure ?? 'showed no certificate' };
  return {
    at,
    state: 'served',
    serial: certificate.serialNumber.toLowerCase(),
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    notBefore: Date.parse(certificate.valid_from),
    notAfter: Date.parse(certificate.valid_to),
    ...(failure === undefined ? {} : { failure }),
  };
}
