import type { TLSSocket } from 'node:tls';
import type { DialRequest } from './dial.ts';
import { closedText, dialFailure, type FailureCause } from './dial-failure.ts';
import { openTls, UNREADABLE_OWN, type WatchedConnection } from './open-tls.ts';

/** A connection whose other side is verified. */
export interface TlsConnection {
  readonly socket: TLSSocket;
  /** What an error that comes later means: in TLS 1.3 the other side refuses our certificate only now. */
  readonly explain: (error: Error) => FailureCause;
}

/** Why there is no connection. */
export class TlsFailure extends Error {
  override readonly name = 'TlsFailure';
  readonly because: FailureCause['because'];

  constructor({ text, because }: FailureCause) {
    super(text);
    this.because = because;
  }
}

/**
 * Connects, and resolves once the other side has proved to be who was asked for: nothing is sent to anybody else.
 *
 * @param now milliseconds since the epoch, for what is said about expired certificates
 * @param signal ends the attempt; then its reason is thrown
 * @throws TlsFailure
 */
export async function connectTls(
  request: Omit<DialRequest, 'deadline'>,
  now: () => number,
  signal: AbortSignal,
): Promise<TlsConnection> {
  const tls = await import('node:tls');
  signal.throwIfAborted();
  let connection: WatchedConnection;
  try {
    connection = openTls(tls, request);
  } catch {
    // What OpenSSL says about keys and certificates stays here: it may quote them.
    throw new TlsFailure({ text: UNREADABLE_OWN, because: 'certificate' });
  }
  const { socket, shown } = connection;
  const hasIdentity = request.identity !== undefined;
  const explain = (error: Error): FailureCause =>
    dialFailure({ error, serverName: request.serverName, certificate: shown(), hasIdentity, now: now() });
  return new Promise((resolve, reject) => {
    const abort = (): void => fail(signal.reason as Error);
    const fail = (reason: Error): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      reject(reason);
    };
    signal.addEventListener('abort', abort);
    // It stays: whoever has the connection may be done with it when an error comes late.
    socket.on('error', (error: Error) => fail(new TlsFailure(explain(error))));
    socket.on('close', () =>
      fail(new TlsFailure({ text: closedText({ certificate: shown(), hasIdentity }), because: 'closed' })),
    );
    socket.on('secureConnect', () => {
      if (!socket.authorized)
        return fail(new TlsFailure({ text: 'signed by nobody we trust', because: 'certificate' }));
      signal.removeEventListener('abort', abort);
      resolve({ socket, explain });
    });
  });
}
