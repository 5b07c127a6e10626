import { readFileSync, realpathSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';

/** PEM texts that somebody shows and trusts. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

export interface TlsCall {
  readonly host: string;
  readonly port: number;
  /** Asked for, and to be in the certificate. */
  readonly serverName: string;
  readonly ca: string;
  /** Shown when asked for; absent: nothing. */
  readonly identity?: { readonly cert: string; readonly key: string } | undefined;
  readonly path?: string;
  /** Default: GET. */
  readonly method?: string;
  /** Default: host and port. */
  readonly hostHeader?: string;
}

export interface TlsAnswer {
  readonly status: number;
  readonly body: string;
  /** Of the certificate that was shown, lower-case hex. */
  readonly serial: string;
}

/** One request over a TLS connection of its own; rejects when either side refuses the other. */
export function tlsCall(call: TlsCall): Promise<TlsAnswer> {
  const { host, port, serverName, ca, identity, path = '/', method = 'GET', hostHeader } = call;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host, port, path, method, servername: serverName, ca, ...identity, agent: false, timeout: 20_000 },
        ...(hostHeader === undefined ? {} : { headers: { Host: hostHeader } }),
      },
      (answer) => {
        // Before the end, after which the socket knows nothing of its peer any more.
        const serial = (answer.socket as TLSSocket).getPeerCertificate().serialNumber.toLowerCase();
        let body = '';
        answer.setEncoding('utf8').on('data', (text: string) => (body += text));
        answer.on('error', reject);
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body, serial }));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${host}:${port} does not answer`)));
    outgoing.on('error', reject);
    outgoing.end();
  });
}

/** A Certificate's directory as a careful reader takes it: one version, resolved once. */
export function readVersion(directory: string): TlsIdentity {
  const version = dirname(realpathSync(join(directory, 'tls.crt')));
  const read = (file: string): string => readFileSync(join(version, file), 'utf8');
  return { cert: read('tls.crt'), key: read('tls.key'), ca: read('ca.crt') };
}

/** A pair as most programs take it: file by file, each name followed when it is opened. */
export function readByNames(paths: { readonly [name in keyof TlsIdentity]: string }): TlsIdentity {
  return {
    cert: readFileSync(paths.cert, 'utf8'),
    key: readFileSync(paths.key, 'utf8'),
    ca: readFileSync(paths.ca, 'utf8'),
  };
}
