import { createHash } from 'node:crypto';
import type * as Tls from 'node:tls';
import type { ObservedServed } from '../model/observed-certificates.ts';
import type { Dial, DialRequest } from './dial.ts';
import { closedText, dialFailure } from './dial-failure.ts';
import { openTls, UNREADABLE_OWN, type WatchedConnection } from './open-tls.ts';

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
  let connection: WatchedConnection;
  try {
    connection = openTls(tls, request);
  } catch {
    // What OpenSSL says about keys and certificates stays here: it may quote them.
    return resolve({ failure: UNREADABLE_OWN });
  }
  const { socket, shown } = connection;
  let refusal: NodeJS.Timeout | undefined;
  const settle = (failure?: string): void => {
    clearTimeout(limit);
    clearTimeout(refusal);
    socket.destroy();
    resolve({ certificate: shown(), ...(failure === undefined ? {} : { failure }) });
  };
  const limit = setTimeout(() => settle(`did not answer within ${deadline} ms`), deadline);

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
    settle(dialFailure({ error, serverName, certificate: shown(), hasIdentity, now: now() }).text),
  );
  socket.on('close', () => settle(closedText({ certificate: shown(), hasIdentity })));
  socket.on('end', () => settle(closedText({ certificate: shown(), hasIdentity })));
  // An alert is read only from a socket that flows.
  socket.resume();
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
