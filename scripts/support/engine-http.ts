import { request, type IncomingMessage, type RequestOptions } from 'node:http';
import { finished, pipeline } from 'node:stream';

/** One call to an engine's HTTP API. */
export interface EngineCall {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** With query. */
  readonly path: string;
  /** Sent as it is (a tar stream). */
  readonly body?: NodeJS.ReadableStream;
  /** Fails when nothing arrives for so long; default 30 s. */
  readonly idleMilliseconds?: number;
}

/** An engine's answer, read to its end. */
export interface EngineAnswer {
  readonly status: number;
  readonly text: string;
}

/**
 * A minimal client of the Engine API for set-up work (images, private engines), apart from the adapter under test in
 * `src/engine`. Rejects when there is no whole answer; the status is for the caller to judge.
 *
 * @param host `unix:///path` or `tcp://name:port`.
 */
export function callEngine(host: string, call: EngineCall): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const idle = call.idleMilliseconds ?? 30_000;
    const outgoing = request(
      {
        ...engineAddress(host),
        method: call.method ?? 'GET',
        path: call.path,
        agent: false,
        headers: call.body === undefined ? {} : { 'Content-Type': 'application/x-tar' },
      },
      (answer: IncomingMessage) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        finished(answer, (error) => {
          if (error) reject(error);
          else resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    outgoing.setTimeout(idle, () => outgoing.destroy(new Error(`no answer from ${host} within ${idle} ms`)));
    outgoing.on('error', reject);
    if (call.body === undefined) outgoing.end();
    else pipeline(call.body, outgoing, (error) => (error ? outgoing.destroy(error) : undefined));
  });
}

/** Parsed JSON of a GET; rejects unless it was answered with 200. */
export async function getJson<T>(host: string, path: string): Promise<T> {
  const answer = await callEngine(host, { path });
  if (answer.status !== 200) throw new Error(`GET ${path} on ${host}: ${answer.status} ${answer.text.trim()}`);
  return JSON.parse(answer.text) as T;
}

/** Whether an engine answers there. */
export async function engineAnswers(host: string): Promise<boolean> {
  try {
    return (await callEngine(host, { path: '/_ping', idleMilliseconds: 5000 })).status === 200;
  } catch {
    return false;
  }
}

/** How to reach an engine: for `node:http`. */
export function engineAddress(host: string): RequestOptions {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  const url = new URL(host.replace(/^tcp:/, 'http:'));
  return { host: url.hostname, port: url.port === '' ? 2375 : url.port };
}
