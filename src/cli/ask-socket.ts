import { request } from 'node:http';
import { shortSocketPath } from '../status/socket-path.ts';

/** What came back over a socket. */
export interface SocketReply {
  readonly code: number;
  readonly text: string;
}

const LARGEST_ANSWER = 64 * 1024 * 1024;

/**
 * Asks over a Unix socket. Undefined: nobody listens there. Rejects with the system's error when somebody does and cannot
 * be asked.
 *
 * @param timeout milliseconds without a sign of life
 */
export async function askOverSocket(
  socket: string,
  method: 'GET' | 'POST',
  path: string,
  timeout: number,
): Promise<SocketReply | undefined> {
  try {
    const short = shortSocketPath(socket);
    try {
      return await ask(short.path, method, path, timeout);
    } finally {
      short.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function ask(socketPath: string, method: 'GET' | 'POST', path: string, timeout: number): Promise<SocketReply> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path, agent: false, timeout }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > LARGEST_ANSWER) response.destroy(new Error('the answer is too large'));
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ code: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      );
    });
    call.on('timeout', () => call.destroy(new Error(`no answer within ${Math.round(timeout / 1000)} s`)));
    call.on('error', reject);
    call.end();
  });
}
