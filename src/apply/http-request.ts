import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { connectTls, TlsFailure, type TlsConnection } from '../certs/connect-tls.ts';
import type { DialRequest } from '../certs/dial.ts';
import { unreachableText, type FailureCause } from '../certs/dial-failure.ts';
import type { Clock } from '../runtime/clock.ts';

const BODY_LIMIT = 1024 * 1024;

/** One request. */
export interface HttpCall {
  /** Address or host name to connect to. */
  readonly host: string;
  readonly port: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for all of it. */
  readonly deadline: number;
  /** Bytes of the answer's body; default 1 MiB. */
  readonly limit?: number;
  /** What becomes of a longer body: an error (default), or only its beginning is read. */
  readonly beyondLimit?: 'fail' | 'cut';
  /** Absent: plain HTTP. The server's name is asked for as SNI and as Host, and must be in its certificate. */
  readonly tls?: Pick<DialRequest, 'serverName' | 'trust' | 'identity'>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** Why there is no answer; the message is a sentence for people without subject and full stop. */
export class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  /** `certificate`: theirs or ours is the cause. */
  readonly because: FailureCause['because'] | 'deadline' | 'too-large';

  constructor(because: HttpFailure['because'], message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.because = because;
  }
}

/**
 * One HTTP request over a connection of its own. Over TLS nothing is sent before the other side is verified.
 *
 * @throws HttpFailure; any status is an answer
 */
export async function httpRequest(clock: Clock, call: HttpCall): Promise<HttpAnswer> {
  const control = new AbortController();
  const expire = (): void => control.abort(new HttpFailure('deadline', `no answer within ${call.deadline} ms`));
  const cancel = clock.after(call.deadline, expire);
  const { host, port, tls } = call;
  let connection: TlsConnection | undefined;
  try {
    if (tls !== undefined)
      connection = await connectTls({ host, port, ...tls }, () => clock.now(), control.signal).catch(toHttpFailure);
    return await exchange(call, connection, control.signal);
  } finally {
    cancel();
    connection?.socket.destroy();
  }
}

/** @throws HttpFailure when the call says what HTTP does not allow, such as a letter that a path cannot have */
function begin(call: HttpCall, connection: TlsConnection | undefined): ClientRequest {
  try {
    return request(requestOptions(call, connection));
  } catch (error) {
    throw new HttpFailure('protocol', (error as Error).message, { cause: error });
  }
}

function toHttpFailure(error: unknown): never {
  throw error instanceof TlsFailure ? new HttpFailure(error.because, error.message, { cause: error }) : error;
}

function exchange(call: HttpCall, connection: TlsConnection | undefined, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const outgoing = begin(call, connection);
    const abort = (): void => settle(() => reject(signal.reason as Error));
    const settle = (finish: () => void): void => {
      signal.removeEventListener('abort', abort);
      finish();
      outgoing.destroy();
    };
    signal.addEventListener('abort', abort);
    outgoing.on('error', (error) => settle(() => reject(failureOf(error, connection))));
    outgoing.on('response', (response) => {
      readBody(response, call).then(
        (body) => settle(() => resolve({ status: response.statusCode ?? 0, body })),
        (error: Error) => settle(() => reject(error)),
      );
    });
    outgoing.end(call.body);
  });
}

function requestOptions(
  { host, port, path, method, headers, body = '', tls }: HttpCall,
  connection: TlsConnection | undefined,
): RequestOptions {
  const own = { connection: 'close', 'content-length': String(Buffer.byteLength(body)) };
  const common = { host, port, path, method };
  if (tls === undefined || connection === undefined)
    return { ...common, agent: false, headers: { ...headers, ...own } };
  const name = isIP(tls.serverName) === 6 ? `[${tls.serverName}]` : tls.serverName;
  return { ...common, headers: { ...headers, ...own, host: name }, createConnection: () => connection.socket };
}

function failureOf(error: Error, connection: TlsConnection | undefined): HttpFailure {
  if (connection !== undefined) {
    const { text, because } = connection.explain(error);
    return new HttpFailure(because, text, { cause: error });
  }
  const unreachable = unreachableText(error);
  if (unreachable !== undefined) return new HttpFailure('unreachable', unreachable, { cause: error });
  const isClosed = (error as NodeJS.ErrnoException).code === 'ECONNRESET';
  return new HttpFailure(isClosed ? 'closed' : 'protocol', isClosed ? 'it closed the connection' : error.message, {
    cause: error,
  });
}

async function readBody(response: IncomingMessage, call: HttpCall): Promise<string> {
  const { limit = BODY_LIMIT, beyondLimit = 'fail' } = call;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) break;
    }
  } catch (error) {
    throw new HttpFailure('closed', 'it broke off in the middle of its answer', { cause: error });
  }
  if (size > limit && beyondLimit === 'fail')
    throw new HttpFailure('too-large', `its answer is longer than ${limit} bytes`);
  return Buffer.concat(chunks).subarray(0, limit).toString('utf8');
}

/** Address for a URL: IPv6 in brackets. */
export function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
