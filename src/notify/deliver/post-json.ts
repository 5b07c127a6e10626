import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';

/** One POST. */
export interface JsonPost {
  readonly url: URL;
  readonly body: object;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** Authorities to trust (PEM) instead of those that Node brings. */
  readonly authority?: string;
  /** Milliseconds for all of it: name, connection, handshake, answer. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** What was answered. The body is not kept: nothing that the other side says is shown anywhere. */
export interface PostAnswer {
  readonly status: number;
  /** Of `Retry-After`, as it came. */
  readonly retryAfter: string | undefined;
}

/** More of an answer is not waited for. */
const LARGEST_ANSWER = 64 * 1024;

/**
 * Posts JSON over a connection of its own; of a TLS peer the certificate is verified. Redirects are not followed: a token
 * would go to whom nobody named.
 *
 * @throws node's error when there is no whole answer; with `name` TimeoutError when it took too long
 */
export async function postJson({ url, body, token, authority, timeout, signal }: JsonPost): Promise<PostAnswer> {
  const text = Buffer.from(JSON.stringify(body));
  const options: RequestOptions = {
    method: 'POST',
    agent: false,
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': text.length,
      'User-Agent': 'bastion',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
  };
  // Only where it is needed: TLS is memory.
  const secure = url.protocol === 'https:' ? await import('node:https') : undefined;
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      const told = { status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] };
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= LARGEST_ANSWER) return;
        answer.destroy();
        resolve(told);
      });
      answer.on('error', reject);
      answer.on('end', () => resolve(told));
    };
    const call =
      secure === undefined
        ? requestPlain(url, options, onAnswer)
        : secure.request(
            url,
            { ...options, minVersion: 'TLSv1.2', ...(authority === undefined ? {} : { ca: authority }) },
            onAnswer,
          );
    call.on('error', (error: Error) => reject(error.cause instanceof Error ? error.cause : error));
    call.end(text);
  });
}
