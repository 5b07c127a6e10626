import { request } from 'node:http';
import type { Clock } from '../runtime/clock.ts';

/** Bodies are read up to so many bytes. */
const BODY_LIMIT = 1024 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * One HTTP request over a connection of its own.
 *
 * @param deadline milliseconds for all of it
 * @throws Error of node:http, or one that says that the deadline passed
 */
export function httpRequest(
  clock: Clock,
  target: { readonly host: string; readonly port: number; readonly path: string; readonly method: string },
  deadline: number,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const call = request({ ...target, agent: false, headers: { connection: 'close', 'content-length': '0' } });
    const cancel = clock.after(deadline, () => call.destroy(new Error(`no answer within ${deadline} ms`)));
    const settle = (finish: () => void): void => {
      cancel();
      finish();
      call.destroy();
    };
    call.on('error', (error) => settle(() => reject(error)));
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const done = (): void =>
        settle(() => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > BODY_LIMIT) done();
      });
      response.on('end', done);
      response.on('error', (error) => settle(() => reject(error)));
    });
    call.end();
  });
}

/** Address for a URL: IPv6 in brackets. */
export function hostInUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
