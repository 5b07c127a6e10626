import { join } from 'node:path';
import { keyOf } from '../model/key.ts';
import type { TestResults } from '../notify/notifier.ts';
import type { StatusJson } from '../status/status-json.ts';
import { askOverSocket, type SocketReply } from './ask-socket.ts';
import { CommandError } from './errors.ts';
import { readErrorText } from '../model/read-error-text.ts';

/** No receiver may take longer for one try (spec.notifications.receivers.NAME.timeout). */
const TRIAL_MILLISECONDS = 125_000;
const PATIENCE_MILLISECONDS = 10_000;

/** The control socket of the operator that uses this state directory. */
export function controlSocket(stateDirectory: string): string {
  return join(stateDirectory, 'control.sock');
}

/** The running operator's answer; undefined when none runs; a CommandError when one runs and cannot be asked. */
async function askSocket(
  stateDirectory: string,
  method: 'GET' | 'POST',
  path: string,
  timeout = PATIENCE_MILLISECONDS,
): Promise<SocketReply | undefined> {
  const socket = controlSocket(stateDirectory);
  try {
    return await askOverSocket(socket, method, path, timeout);
  } catch (error) {
    const isRefused = error instanceof Error && 'code' in error && error.code === 'EACCES';
    const advice = isRefused ? '; ask as root (sudo), or as the user of the operator' : '';
    throw new CommandError(`the operator at ${socket} cannot be asked: ${readErrorText(error)}${advice}`);
  }
}

/** The JSON of an answer of success; a CommandError with the operator's words otherwise. */
function contentOf({ code, text }: SocketReply): unknown {
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
