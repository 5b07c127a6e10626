import { request } from 'node:http';
import { join } from 'node:path';
import type { StatusJson } from '../status/status-json.ts';
import { shortSocketPath } from '../status/socket-path.ts';
import { CommandError } from './errors.ts';

const LARGEST_ANSWER = 64 * 1024 * 1024;

/** The control socket of the operator that uses this state directory. */
export function controlSocket(stateDirectory: string): string {
  return join(stateDirectory, 'control.sock');
}

function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, agent: false, timeout: 10_000 }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > LARGEST_ANSWER) response.destroy(new Error('the answer is too large'));
      });
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}: ${text.trim()}`));
      });
    });
    call.on('timeout', () => call.destroy(new Error('no answer within 10 s')));
    call.on('error', reject);
    call.end();
  });
}

/** Status of the running operator; undefined when none runs; a CommandError when one runs and cannot be asked. */
export async function askOperator(stateDirectory: string): Promise<StatusJson | undefined> {
  const socket = controlSocket(stateDirectory);
  try {
    const short = shortSocketPath(socket);
    try {
      return JSON.parse(await ask(short.path, '/api/v1/status')) as StatusJson;
    } finally {
      short.close();
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the operator at ${socket} cannot be asked: ${message}`);
  }
}
