import { readFile, stat } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { AdGuardConfig } from '../config/config.ts';
import type { CredentialFuse } from './credential-fuse.ts';
import { NoAnswer, type HttpAnswer, type HttpClient } from './http-client.ts';

/** A call that AdGuard did not answer as asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** For metrics: an HTTP status, or `error` (no answer), `locked`, `paused`, `malformed` (we did not ask or understand). */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface ApiAnswer {
  readonly value: unknown;
  /** AdGuard's time in milliseconds, to the second; undefined: not told. */
  readonly serverTime: number | undefined;
}

const MOST_BYTES = 8 * 1024 * 1024;
const MOST_LOGIN_BYTES = 64 * 1024;
const DEFAULT_PAUSE = 60_000;
const LONGEST_PAUSE = 3_600_000;

/**
 * AdGuard's API as one user: one login for a cookie, which is used for as long as it holds. Basic authentication is never
 * used, because AdGuard hides behind it that it blocks us, and each call would cost it a slow hash.
 */
export class Session {
  readonly #config: AdGuardConfig;
  readonly #client: HttpClient;
  readonly #fuse: CredentialFuse;
  readonly #clock: Clock;
  readonly #onFuse: () => Promise<void>;
  #cookie: string | undefined;
  #login: Promise<void> | undefined;
  #pausedUntil = 0;

  /** `onFuse` is awaited before and after every login: it keeps the fuse's state where it outlives us. */
  constructor(
    config: AdGuardConfig,
    options: { client: HttpClient; fuse: CredentialFuse; clock: Clock; onFuse: () => Promise<void> },
  ) {
    this.#config = config;
    this.#client = options.client;
    this.#fuse = options.fuse;
    this.#clock = options.clock;
    this.#onFuse = options.onFuse;
  }

  /** Asks for `/control/<path>`. Rejects with ApiError. */
  async get(path: string): Promise<ApiAnswer> {
    const pause = this.#pausedUntil - this.#clock.now();
    if (pause > 0 && pause <= LONGEST_PAUSE)
      throw new ApiError('paused', `AdGuard wants no calls for ${Math.ceil(pause / 1000)} s`);
    const used = this.#cookie;
    if (used === undefined && this.#config.username !== undefined) await this.#logIn();
    let answer = await this.#ask(path);
    if (answer.status === 401 && this.#config.username !== undefined && used !== undefined) {
      if (this.#cookie === used) this.#cookie = undefined;
      if (this.#cookie === undefined) await this.#logIn();
      answer = await this.#ask(path);
    }
    if (answer.status === 401 && this.#config.username !== undefined) await this.#refusedAfterLogin();
    if (answer.status === 429) this.#pausedUntil = this.#clock.now() + retryAfter(answer, this.#clock.now());
    if (answer.status !== 200) throw new ApiError(String(answer.status), `GET /control/${path}: HTTP ${answer.status}`);
    const date = Date.parse(answer.headers.date ?? '');
    try {
      return { value: JSON.parse(answer.body), serverTime: Number.isNaN(date) ? undefined : date };
    } catch {
      throw new ApiError('malformed', `GET /control/${path}: the answer is no JSON`);
    }
  }

  async #ask(path: string): Promise<HttpAnswer> {
    const headers = this.#cookie === undefined ? {} : { Cookie: this.#cookie };
    return this.#call({ method: 'GET', path: `/control/${path}`, headers, most: MOST_BYTES });
  }

  /** All who need the cookie at once share one login. */
  async #logIn(): Promise<void> {
    this.#login ??= this.#tryLogin().finally(() => (this.#login = undefined));
    await this.#login;
  }

  async #tryLogin(): Promise<void> {
    const { username, passwordFile } = this.#config;
    const { version, password } = await this.#readPassword(passwordFile ?? '');
    const wait = this.#fuse.wait(version, this.#clock.now());
    if (wait > 0)
      throw new ApiError('locked', `no login for ${Math.ceil(wait / 1000)} s, so that AdGuard locks nobody out`);
    this.#fuse.trying(this.#clock.now());
    await this.#onFuse();
    try {
      const answer = await this.#call({
        method: 'POST',
        path: '/control/login',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ name: username, password }),
        most: MOST_LOGIN_BYTES,
      });
      this.#takeLogin(answer, version);
    } catch (error) {
      if (error instanceof Unreached) this.#fuse.unreached();
      throw error;
    } finally {
      await this.#onFuse();
    }
  }

  #takeLogin(answer: HttpAnswer, version: string): void {
    const now = this.#clock.now();
    const cookie = answer.headers['set-cookie']
      ?.map((text) => text.split(';', 1)[0])
      .find((text) => text?.includes('='));
    if (answer.status === 200 && cookie !== undefined) {
      this.#fuse.accepted();
      this.#cookie = cookie;
      return;
    }
    if (answer.status === 429) {
      this.#fuse.blocked(retryAfter(answer, now), now);
      throw new ApiError('429', 'AdGuard blocks logins from our address');
    }
    // 404 and 5xx come from a proxy or a server that starts: they say nothing about the password.
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 404) {
      this.#fuse.refuse(version, now);
      throw new ApiError(
        String(answer.status),
        'AdGuard refuses the login: check adguard.username and the password file',
      );
    }
    throw new ApiError(String(answer.status), `POST /control/login: HTTP ${answer.status}`);
  }

  /** The cookie is fresh and yet not taken: another login would go the same way. */
  async #refusedAfterLogin(): Promise<void> {
    this.#cookie = undefined;
    const { version } = await this.#readPassword(this.#config.passwordFile ?? '');
    this.#fuse.refuse(version, this.#clock.now());
    await this.#onFuse();
  }

  async #call(call: Parameters<HttpClient['call']>[0]): Promise<HttpAnswer> {
    try {
      return await this.#client.call(call);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw error instanceof NoAnswer && error.unreached ? new Unreached(message) : new ApiError('error', message);
    }
  }

  async #readPassword(path: string): Promise<{ version: string; password: string }> {
    try {
      const { mtimeNs, ino, size } = await stat(path, { bigint: true });
      const password = (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
      return { version: `${ino}:${size}:${mtimeNs}`, password };
    } catch (error) {
      throw new ApiError(
        'locked',
        `the password cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

class Unreached extends ApiError {
  constructor(message: string) {
    super('error', message);
  }
}

/** Milliseconds of a Retry-After header: seconds or a date. */
function retryAfter({ headers }: HttpAnswer, now: number): number {
  const text = headers['retry-after'] ?? '';
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(seconds) ? DEFAULT_PAUSE : Math.min(Math.max(1000, seconds), LONGEST_PAUSE);
}
