import { isIP } from 'node:net';
import type * as Tls from 'node:tls';
import type { DialRequest } from './dial.ts';

/** What is told where opening throws. */
export const UNREADABLE_OWN = 'our own certificate, key or trusted authorities cannot be read';

/** A connection on its way, and the certificate that the other side showed so far. */
export interface WatchedConnection {
  readonly socket: Tls.TLSSocket;
  readonly shown: () => Tls.PeerCertificate | undefined;
}

/**
 * Begins a TLS connection that verifies the other side, and takes note of what it shows even when it is then not trusted,
 * or does not trust us.
 *
 * @throws OpenSSL's error when our own files cannot be used; it may quote them and is not to be shown
 */
export function openTls(tls: typeof Tls, request: Omit<DialRequest, 'deadline'>): WatchedConnection {
  const socket = tls.connect(connectOptions(tls, request));
  let certificate: Tls.PeerCertificate | undefined;
  const look = (): void => {
    certificate ??= shownCertificate(socket);
  };
  // Keys are made right after the other side's certificate has come, and before anybody judges it: the only event that
  // also comes when the other side then refuses ours. node destroys the socket in its own listener of `secure`.
  socket.on('keylog', look);
  socket.prependListener('secure', look);
  return { socket, shown: () => certificate };
}

function connectOptions(
  tls: typeof Tls,
  { host, port, serverName, trust, identity }: Omit<DialRequest, 'deadline'>,
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
