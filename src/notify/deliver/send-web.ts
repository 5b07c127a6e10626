import type { Notification } from '../../model/notification.ts';
import type { WebReceiver } from '../../model/notification-spec.ts';
import { genericBody } from '../format/generic.ts';
import { ntfyBody } from '../format/ntfy.ts';
import { slackBody } from '../format/slack.ts';
import type { Attempt, AttemptResult } from './attempt.ts';
import { postJson, type PostAnswer } from './post-json.ts';
import { readAuthority, readSecretLine, SecretFileError, type JudgeFile, type NamedFile } from './secret-file.ts';

/** Answers that may be another one next time though they begin with 4: timeout, too early, too many. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

const ADVICE: Readonly<Record<number, string>> = {
  400: 'it does not take the message; does its type fit the service?',
  401: 'the token is missing or wrong (tokenFile)',
  403: 'the token may not write there, or the address is not valid any more (tokenFile, urlFile)',
  404: 'there is nothing at the address',
  410: 'the address is not valid any more',
};

/** What went wrong below HTTP, by Node's code. The messages of the errors would show the address. */
const FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be resolved now',
  ECONNREFUSED: 'nobody listens at the address',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to its host',
  ENETUNREACH: 'there is no way to its network',
  ETIMEDOUT: 'its host does not answer',
  EPERM: 'it may not be reached from here (a firewall, or IPAddressDeny= in a drop-in of the unit, docs/install.md)',
  EPROTO: 'it does not speak TLS there',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is of another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted: name its authority with authorityFile',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted: name its authority with authorityFile',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted: name its authority with authorityFile',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted: name its authority with authorityFile',
};

function bodyOf({ type, topic = '' }: WebReceiver, notification: Notification): object {
  switch (type) {
    case 'ntfy':
      return ntfyBody(notification, topic);
    case 'slack':
      return slackBody(notification);
    case 'webhook':
      return genericBody(notification);
  }
}

/** Seconds or a date, as RFC 9110 (10.2.3) says, to milliseconds; undefined when it is neither. */
export function retryAfterMilliseconds(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function resultOf({ status, retryAfter }: PostAnswer, now: number): AttemptResult {
  if (status >= 200 && status < 300) return { type: 'sent' };
  const advice = ADVICE[status] === undefined ? '' : `: ${ADVICE[status]}`;
  if (status >= 300 && status < 400)
    return { type: 'refused', reason: `answered ${status}, a redirect, which is not followed: give its final address` };
  if (status >= 400 && status < 500 && !PASSING.has(status))
    return { type: 'refused', reason: `answered ${status}${advice}` };
  const after = retryAfterMilliseconds(retryAfter, now);
  return { type: 'later', reason: `answered ${status}`, ...(after === undefined ? {} : { after }) };
}

function failureText(error: unknown, timeout: number): string {
  if (error instanceof SecretFileError) return error.message;
  if (error instanceof Error && error.name === 'TimeoutError') return `no answer within ${timeout / 1000} s`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return `${FAILURES[code] ?? 'it cannot be reached'} (${code})`;
}

function addressOf(text: string, path: string | undefined, hasToken: boolean): URL {
  const where = path ?? 'url';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new SecretFileError(`${where} holds no address that begins with https://`);
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isLoopback && (path !== undefined || hasToken))
    throw new SecretFileError(`${where}: a secret would go over the network in clear text: use https`);
  return url;
}

/** Who knows which file systems answer. */
export interface AnsweringMounts {
  /** Asks those on which these paths lie. */
  refresh(paths: Iterable<string>): Promise<void>;
  /** Why a path must not be touched; undefined when it may. */
  silenceAt(path: string): string | undefined;
}

/**
 * Delivery to web services. Secrets are read anew for every try, and nothing of them is in a result.
 *
 * @param hostPath a path of a manifest to the path to open
 * @param judge whether a file that was opened may be used
 * @param mounts whom to ask whether the file system of a path answers; absent: all do
 */
export function createSendWeb(options: {
  readonly hostPath: (path: string) => string;
  readonly judge: JudgeFile;
  readonly mounts?: AnsweringMounts | undefined;
  readonly now: () => number;
}): Attempt<WebReceiver> {
  const { hostPath, judge, mounts, now } = options;
  const named = async (path: string): Promise<NamedFile> => {
    const place = hostPath(path);
    // Anew for each file: one may have fallen silent since the last look at it.
    await mounts?.refresh([place]);
    return { path, place, silence: mounts?.silenceAt(place) };
  };
  return async (receiver, notification, signal) => {
    const { address, tokenFile, authorityFile, timeout } = receiver;
    try {
      const urlFile = 'urlFile' in address ? hostPath(address.urlFile) : undefined;
      const text = 'url' in address ? address.url : await readSecretLine(await named(address.urlFile), judge);
      const url = addressOf(text, urlFile, tokenFile !== undefined);
      const token = tokenFile === undefined ? undefined : await readSecretLine(await named(tokenFile), judge);
      const authority =
        authorityFile === undefined ? undefined : await readAuthority(await named(authorityFile), judge);
      const answer = await postJson({
        url,
        body: bodyOf(receiver, notification),
        timeout,
        signal,
        ...(token === undefined ? {} : { token }),
        ...(authority === undefined ? {} : { authority }),
      });
      return resultOf(answer, now());
    } catch (error) {
      return { type: 'later', reason: failureText(error, timeout) };
    }
  };
}
