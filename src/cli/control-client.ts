import { request } from 'node:http';
import { join } from 'node:path';
import { keyOf } from '../model/key.ts';
import type { TestResults } from '../notify/notifier.ts';
import type { StatusJson } from '../status/status-json.ts';
import { shortSocketPath } from '../status/socket-path.ts';
import { CommandError } from './errors.ts';

/** No receiver may take longer for one try (spec.notifications.receivers.NAME.timeout). */
const TRIAL_MILLISECONDS = 125_000;
const LARGEST_ANSWER = 64 * 1024 * 1024;

/** The control socket of the operator that uses this state directory. */
export function controlSocket(stateDirectory: string): string {
  return join(stateDirectory, 'control.sock');
}

interface Reply {
  readonly code: number;
  readonly text: string;
}

function ask(socketPath: string, method: 'GET' | 'POST', path: string, timeout: number): Promise<Reply> {
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
    call.on('timeout', () => call.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    call.on('error', reject);
    call.end();
  });
}

/** The running operator's answer; undefined when none runs; a CommandError when one runs and cannot be asked. */
async function askSocket(
  stateDirectory: string,
  method: 'GET' | 'POST',
  path: string,
  timeout = 10_000,
): Promise<Reply | undefined> {
  const socket = controlSocket(stateDirectory);
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
    const message = error instanceof Error ? error.message : String(error);
    throw new CommandError(`the operator at ${socket} cannot be asked: ${message}`);
  }
}

/** The JSON of an answer of success; a CommandError with the operator's words otherwise. */
function contentOf({ code, text }: Reply): unknown {
  if (code < 200 || code > 299) throw new CommandError(`the operator answered ${code}: ${text.trim()}`);
  return JSON.parse(text);
}

/** Status of the running operator; undefined when none runs; a CommandError when one runs and cannot be asked. */
export async function askOperator(stateDirectory: string): Promise<StatusJson | undefined> {
  const reply = await askSocket(stateDirectory, 'GET', '/api/v1/status');
  return reply === undefined ? undefined : (contentOf(reply) as StatusJson);
}

/** Why no authority is renewed, and what is done instead. */
export const AUTHORITY_ROTATES = 'it is never renewed, but replaced by rotation (docs/certificates.md)';

/** Tells the running operator to renew a Certificate now: whether one runs; a CommandError when there is no such one, or nothing
 * to renew. */
export async function askRenewal(stateDirectory: string, name: string): Promise<boolean> {
  const reply = await askSocket(stateDirectory, 'POST', `/api/v1/renew?name=${encodeURIComponent(name)}`);
  if (reply?.code === 404) {
    const status = await askOperator(stateDirectory);
    const isAuthority = status?.certificates.some(({ key }) => key === keyOf('CertificateAuthority', name)) === true;
    throw new CommandError(
      isAuthority
        ? `${name} is a CertificateAuthority, not a Certificate: ${AUTHORITY_ROTATES}`
        : `${reply.text.trim()}; bastion certs lists the certificates`,
    );
  }
  if (reply?.code === 409) throw new CommandError(reply.text.trim());
  if (reply !== undefined) contentOf(reply);
  return reply !== undefined;
}

/** Tells the running operator to try a resource again: what it forgot, in words; undefined when none runs. */
export async function askRetry(stateDirectory: string, key: string): Promise<readonly string[] | undefined> {
  const reply = await askSocket(stateDirectory, 'POST', `/api/v1/retry?key=${encodeURIComponent(key)}`);
  if (reply?.code === 404) throw new CommandError(`${reply.text.trim()}; bastion status lists the resources`);
  return reply === undefined ? undefined : (contentOf(reply) as { forgotten: readonly string[] }).forgotten;
}

/** Has the running operator try a receiver of notifications, or all; undefined when none runs. */
export async function askNotificationTest(
  stateDirectory: string,
  receiver: string | undefined,
): Promise<TestResults | undefined> {
  const query = receiver === undefined ? '' : `?receiver=${encodeURIComponent(receiver)}`;
  const reply = await askSocket(stateDirectory, 'POST', `/api/v1/notification-test${query}`, TRIAL_MILLISECONDS);
  if (reply?.code === 404) throw new CommandError(reply.text.trim());
  return reply === undefined ? undefined : (contentOf(reply) as { results: TestResults }).results;
}

/** Tells the running operator to make a backup now: whether one runs; a CommandError when it knows no such Backup. */
export async function askBackup(stateDirectory: string, name: string): Promise<boolean> {
  const reply = await askSocket(stateDirectory, 'POST', `/api/v1/backup?name=${encodeURIComponent(name)}`);
  if (reply?.code === 404) throw new CommandError(`${reply.text.trim()}; bastion status lists the resources`);
  if (reply !== undefined) contentOf(reply);
  return reply !== undefined;
}
