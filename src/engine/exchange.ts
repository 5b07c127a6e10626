import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { Readable } from 'node:stream';
import { allowedRoute } from './allowed-route.ts';
import { EngineError } from './errors.ts';

/** A request ready to be sent. */
export interface Prepared {
  readonly options: RequestOptions;
  readonly data: string | Buffer | NodeJS.ReadableStream | undefined;
}

/** The connection failed before any answer. `reused`: it was a kept one, which the engine may have closed meanwhile. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  override readonly cause: NodeJS.ErrnoException;
  readonly reused: boolean;

  constructor(cause: NodeJS.ErrnoException, reused: boolean) {
    super(cause.message, { cause });
    this.cause = cause;
    this.reused = reused;
  }
}

/**
 * The one place that sends anything to an engine. A request that is not on the list of routes fails with
 * `ENGINE_NOT_ALLOWED`, and no connection is opened.
 *
 * Sends a request and resolves with the answer once its headers are there; its body must be read or destroyed.
 * Rejects with the signal's reason when it aborts, else with ConnectionLost. An abort after the headers destroys the
 * answer with the signal's reason. `inFlight` holds the request until it is over.
 */
export async function send(
  prepared: Prepared,
  secure: boolean,
  agent: Agent,
  signal: AbortSignal,
  inFlight: Set<ClientRequest>,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  refuseOthers(prepared.options);
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { ...prepared.options, agent };
    const { data } = prepared;
    const request = secure ? requestSecure(options) : requestPlain(options);
    let answer: IncomingMessage | undefined;
    const abort = (): void => void (answer ?? request).destroy(signal.reason as Error);

    inFlight.add(request);
    signal.addEventListener('abort', abort);
    request.on('response', (response) => {
      answer = response;
      resolve(response);
    });
    // Stays for good: an error after the answer began shows on the answer, where its reader sees it.
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(signal.aborted ? (signal.reason as Error) : new ConnectionLost(error, request.reusedSocket));
    });
    request.on('close', () => {
      inFlight.delete(request);
      signal.removeEventListener('abort', abort);
      if (answer === undefined) reject(new ConnectionLost(closedEarly(), request.reusedSocket));
      if (data instanceof Readable) data.destroy();
    });

    if (data === undefined || typeof data === 'string' || Buffer.isBuffer(data)) {
      request.end(data);
    } else {
      data.on('error', (error: Error) => {
        request.destroy(new EngineError('BUILD_FAILED', 'read the context', error.message, { cause: error }));
      });
      data.pipe(request);
    }
  });
}

function refuseOthers({ method, path }: RequestOptions): void {
  if (allowedRoute(method, path ?? undefined) !== undefined) return;
  const call = `${method ?? ''} ${path?.replace(/\?.*$/s, '') ?? ''}`;
  throw new EngineError(
    'ENGINE_NOT_ALLOWED',
    call,
    'it is not in the list of routes (docs/security.md), so it is not sent',
  );
}

function closedEarly(): NodeJS.ErrnoException {
  return Object.assign(new Error('the connection was closed without an answer'), { code: 'ECONNRESET' });
}

/**
 * Whole body of an answer. Rejects with `ENGINE_GARBAGE` at once when it is cut, and when it is longer than `maxBytes`;
 * with the signal's reason when the answer was destroyed for it.
 */
export async function collectBody(answer: IncomingMessage, call: string, maxBytes: number): Promise<Buffer> {
  return await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        answer.destroy(new EngineError('ENGINE_GARBAGE', call, `the answer is longer than ${maxBytes} bytes`));
      } else chunks.push(chunk);
    });
    answer.on('end', () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)));
    answer.on('error', (error) => reject(cutError(error, call)));
    // Not every way to lose a connection makes an error; 'close' always comes, after 'end' if there is one.
    answer.on('close', () => {
      if (!answer.readableEnded) reject(cutError(undefined, call));
    });
  });
}

/** Chunks of an answer as they come; fails as `collectBody` does. Leaving the loop early closes the connection. */
export async function* streamBody(answer: IncomingMessage, call: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of answer) yield chunk as Buffer;
  } catch (error) {
    throw cutError(error, call);
  }
  if (!answer.complete) throw cutError(undefined, call);
}

function cutError(error: unknown, call: string): Error {
  if (error instanceof EngineError) return error;
  return new EngineError('ENGINE_GARBAGE', call, 'the answer was cut off', { cause: error });
}
