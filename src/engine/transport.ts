import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import Docker from 'dockerode';
import { connectionOptions } from './connection.ts';
import { withDeadline } from './deadline.ts';
import { EngineError } from './errors.ts';
import { collectBody, ConnectionLost, send, type Prepared } from './exchange.ts';
import { connectionError, statusError } from './failure.ts';
import { describeCall, type ReadRouteName, type RouteName, ROUTES, routePath } from './routes.ts';

export interface TransportOptions {
  /** `unix:///...` or `tcp://...`; else DOCKER_HOST, else the default socket. */
  readonly host?: string | undefined;
  /** For a call that names none; default 30 s. */
  readonly deadlineMilliseconds?: number | undefined;
  /** Refuse to send anything but GET. */
  readonly readOnly: boolean;
}

export interface CallOptions {
  /** Id or name that fills the route's `{...}`. */
  readonly target?: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
  /** A request body that is no JSON (a tar stream). */
  readonly file?: NodeJS.ReadableStream;
  /** Statuses below 200 or above 299 that are an answer, not an error. */
  readonly accept?: readonly number[];
  readonly deadlineMilliseconds?: number;
}

export interface Answer {
  readonly statusCode: number;
  readonly body: Buffer;
  /** e.g. `GET /containers/web/json`, for errors about the body. */
  readonly call: string;
}

export interface StreamAnswer {
  readonly response: IncomingMessage;
  readonly call: string;
}

const DEFAULT_DEADLINE = 30_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

interface DialOptions {
  path: string;
  method: string;
  options?: object;
  file?: NodeJS.ReadableStream;
  isStream: true;
  statusCodes: object;
}
interface Dialer {
  protocol: string;
  dial(options: DialOptions, callback: (error: Error | null, result: unknown) => void): void;
}

/**
 * One engine, over HTTP. dockerode's client (docker-modem) works out address, version, TLS, query and body; sending is
 * ours, because its own sending never settles on a cut body, kills idle streams, follows redirects into an uncaught
 * exception, and formats every request for a debug log that nobody reads (docs/architecture.md, Engine).
 *
 * Invariants: every call settles within its deadline, with an EngineError if it fails. Only reads use kept connections,
 * so a write never runs into one that the engine has just closed.
 */
export class Transport<Names extends RouteName = RouteName> {
  readonly defaultDeadline: number;
  readonly #dialer: Dialer;
  readonly #secure: boolean;
  readonly #readOnly: boolean;
  readonly #kept: Agent;
  readonly #fresh: Agent;
  readonly #inFlight = new Set<ClientRequest>();
  #closed = false;

  constructor(options: TransportOptions) {
    this.defaultDeadline = options.deadlineMilliseconds ?? DEFAULT_DEADLINE;
    this.#readOnly = options.readOnly;
    this.#dialer = createDialer(connectionOptions(options.host, process.env));
    this.#secure = this.#dialer.protocol === 'https';
    const AgentClass = this.#secure ? SecureAgent : Agent;
    this.#kept = new AgentClass({ keepAlive: true, scheduling: 'lifo', maxFreeSockets: 8 });
    this.#fresh = new AgentClass({ keepAlive: false });
  }

  /** Sends one call and reads its whole answer. */
  async call(name: Names, options: CallOptions = {}): Promise<Answer> {
    const call = describeCall(name, options.target);
    const milliseconds = options.deadlineMilliseconds ?? this.defaultDeadline;
    return await withDeadline(
      milliseconds,
      () => new EngineError('ENGINE_DEADLINE', call, `no answer within ${milliseconds / 1000} s`),
      async (signal) => {
        const response = await this.#open(name, call, options, signal);
        const statusCode = response.statusCode ?? 0;
        const success = isSuccess(statusCode) || options.accept?.includes(statusCode) === true;
        const body = await collectBody(response, call, success ? MAX_BODY_BYTES : MAX_ERROR_BYTES);
        if (!success) throw statusError(call, statusCode, body);
        return { statusCode, body, call };
      },
    );
  }

  /**
   * Sends one call and resolves once its answer begins; the caller reads `response` to its end or destroys it. Without
   * a deadline of its own: the signal ends it, and becomes the error.
   */
  async stream(name: Names, options: CallOptions, signal: AbortSignal): Promise<StreamAnswer> {
    const call = describeCall(name, options.target);
    const response = await this.#open(name, call, options, signal);
    const statusCode = response.statusCode ?? 0;
    if (isSuccess(statusCode)) return { response, call };
    throw statusError(call, statusCode, await collectBody(response, call, MAX_ERROR_BYTES));
  }

  /** Ends every call and connection; later calls are refused. */
  close(): void {
    this.#closed = true;
    for (const request of this.#inFlight) request.destroy(closedError('close'));
    this.#kept.destroy();
    this.#fresh.destroy();
  }

  async #open(name: RouteName, call: string, options: CallOptions, signal: AbortSignal): Promise<IncomingMessage> {
    if (this.#closed) throw closedError(call);
    if (this.#readOnly && ROUTES[name].method !== 'GET') {
      throw new EngineError('ENGINE_NOT_ALLOWED', call, 'this client only reads and refuses to send a write');
    }
    const keep = ROUTES[name].method === 'GET' && name !== 'events';
    try {
      return await this.#send(name, call, options, signal, keep ? this.#kept : this.#fresh);
    } catch (error) {
      // The engine closed a kept connection while the request was on its way: nothing is wrong, so try a new one.
      if (!keep || !(error instanceof ConnectionLost) || !error.reused) throw this.#explain(call, error);
    }
    try {
      return await this.#send(name, call, options, signal, this.#fresh);
    } catch (error) {
      throw this.#explain(call, error);
    }
  }

  async #send(
    name: RouteName,
    call: string,
    options: CallOptions,
    signal: AbortSignal,
    agent: Agent,
  ): Promise<IncomingMessage> {
    const prepared = await this.#prepare(name, call, options);
    return await send(prepared, this.#secure, agent, signal, this.#inFlight);
  }

  async #prepare(name: RouteName, call: string, options: CallOptions): Promise<Prepared> {
    const path = routePath(name, options.target);
    if (path === undefined) {
      const given = JSON.stringify(options.target ?? '');
      throw new EngineError('ENGINE_BAD_REQUEST', call, `${given} cannot be the name of anything on the engine`);
    }
    const method = ROUTES[name].method;
    const query = options.query === undefined ? {} : { _query: options.query };
    return await new Promise<Prepared>((resolve, reject) => {
      this.#dialer.dial(
        {
          path: options.query === undefined ? path : `${path}?`,
          method,
          // An empty body is sent as none.
          options: method === 'POST' ? { ...query, _body: options.body ?? {} } : query,
          ...(options.file === undefined ? {} : { file: options.file }),
          isStream: true,
          statusCodes: {},
        },
        (error, result) => (error === null ? resolve(result as Prepared) : reject(error)),
      );
    });
  }

  #explain(call: string, error: unknown): Error {
    if (!(error instanceof ConnectionLost)) return error instanceof Error ? error : new Error(String(error));
    if (error.cause instanceof EngineError) return error.cause;
    return connectionError(call, this.#where(), error.cause);
  }

  #where(): string {
    const dialer = this.#dialer as Dialer & { socketPath?: unknown; host?: unknown; port?: unknown };
    return typeof dialer.socketPath === 'string' ? dialer.socketPath : `${String(dialer.host)}:${String(dialer.port)}`;
  }
}

/** A transport that can be asked for reading routes only. */
export type ReadTransport = Pick<Transport<ReadRouteName>, 'call' | 'stream' | 'close' | 'defaultDeadline'>;

function createDialer(options: Docker.DockerOptions): Dialer {
  try {
    const dialer: object = new Docker(options).modem;
    Object.defineProperty(dialer, 'buildRequest', { value: handOver });
    return dialer as Dialer;
  } catch (cause) {
    // dockerode reads DOCKER_HOST and the certificates it names even when told otherwise.
    const detail = `DOCKER_HOST or DOCKER_CERT_PATH cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new EngineError('ENGINE_UNREACHABLE', 'connect', detail, { cause });
  }
}

/** Stands in for docker-modem's `buildRequest(options, context, data, callback)`: the last step of `dial`, which sends. */
function handOver(
  options: object,
  _context: unknown,
  data: unknown,
  callback: (error: null, prepared: object) => void,
): void {
  callback(null, { options, data });
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function closedError(call: string): EngineError {
  return new EngineError('ENGINE_UNREACHABLE', call, 'this client has been closed');
}
