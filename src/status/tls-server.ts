import { createServer, type Server } from 'node:https';
import type { Clock } from '../runtime/clock.ts';
import { beginListening, boundPort, endListening, harden, REQUEST_LIMITS } from './listening.ts';
import { isLoopback } from './loopback.ts';
import { requestHandler, type StatusSource } from './request-handler.ts';
import type { StatusServer } from './server.ts';
import { TlsFiles, type TlsMaterial, type TlsPaths } from './tls-files.ts';

const LOOK_MILLISECONDS = 5000;
const HANDSHAKE_MILLISECONDS = 10_000;

export interface TlsServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly paths: TlsPaths;
  /** What it is called when it is told of; default: the flag. */
  readonly title?: string;
  /** The address may come to be later, with a network that is still to be made: it is awaited, as the files are. */
  readonly awaitsAddress?: boolean;
  readonly clock: Clock;
  /** Told in a sentence, once, what keeps the files from being used, and when they are used again. */
  readonly tell: (message: string, kind: ServerNews) => void;
}

/** Trouble; what a first start waits for, since the operator itself makes it; or that it came. */
export type ServerNews = 'trouble' | 'wait' | 'good';

/** What a context is made of; the same for the first one and those that follow. */
function contextOf(material: TlsMaterial): TlsMaterial & { minVersion: 'TLSv1.2' } {
  return { ...material, minVersion: 'TLSv1.2' };
}

/** An HTTPS server that listens once its files are there, and takes up new ones while connections live on. */
class TlsStatusServer implements StatusServer {
  readonly #source: StatusSource;
  readonly #options: TlsServerOptions;
  readonly #files: TlsFiles;
  #server: Server | undefined;
  #isListening = false;
  #isClosed = false;
  #hasTrouble = false;
  #told = '';
  #cancel: () => void = () => undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(source: StatusSource, options: TlsServerOptions) {
    this.#source = source;
    this.#options = options;
    this.#files = new TlsFiles(options.paths);
  }

  get address(): string {
    const { host, port } = this.#options;
    return `${host}:${this.#server !== undefined && this.#isListening ? boundPort(this.#server) : port}`;
  }

  /** Rejects when the files are there and the address is not to be had, unless it is awaited. */
  async open(): Promise<void> {
    if (this.#options.awaitsAddress === true) await this.#lookOrTell();
    else await this.#look();
    this.#arm();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancel();
    await this.#looking;
    if (this.#server !== undefined && this.#isListening) await endListening(this.#server);
  }

  #arm(): void {
    if (this.#isClosed) return;
    this.#cancel = this.#options.clock.after(LOOK_MILLISECONDS, () => {
      this.#looking = this.#lookOrTell().then(() => this.#arm());
    });
  }

  #lookOrTell(): Promise<void> {
    return this.#look().catch((error: unknown) => {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL';
      if (isMissing) this.#tellOnce('this machine does not have the address', true);
      else this.#tellOnce(error instanceof Error ? error.message : String(error), false);
    });
  }

  async #look(): Promise<void> {
    const reading = await this.#files.read();
    if (this.#isClosed) return;
    if (reading.state === 'usable') this.#use(reading.material);
    else if (reading.state !== 'unchanged') {
      this.#hasTrouble = true;
      this.#tellOnce(reading.message, reading.state === 'missing');
    }
    if (this.#server !== undefined && !this.#isListening) await this.#listen(this.#server);
  }

  #use(material: TlsMaterial): void {
    if (this.#server === undefined) this.#server = this.#make(material);
    else this.#server.setSecureContext(contextOf(material));
    if (this.#hasTrouble) this.#options.tell(`the TLS files of ${this.#title} are there and in use now`, 'good');
    this.#hasTrouble = false;
    this.#told = '';
  }

  #make(material: TlsMaterial): Server {
    const { host, paths } = this.#options;
    const handle = requestHandler(this.#source, { control: false, loopback: isLoopback(host) });
    const server = createServer(
      {
        ...REQUEST_LIMITS,
        ...contextOf(material),
        handshakeTimeout: HANDSHAKE_MILLISECONDS,
        requestCert: paths.clientAuthority !== undefined,
        rejectUnauthorized: true,
      },
      (request, response) => void handle(request, response),
    );
    harden(server);
    return server;
  }

  async #listen(server: Server): Promise<void> {
    const { host, port } = this.#options;
    await beginListening(server, { host, port });
    this.#isListening = true;
    if (this.#told !== '') this.#options.tell(`${this.#title} listens now`, 'good');
    this.#told = '';
  }

  get #title(): string {
    return this.#options.title ?? `--listen ${this.address}`;
  }

  #tellOnce(message: string, isMissing: boolean): void {
    if (message === this.#told) return;
    this.#told = message;
    // The network and its certificate are the operator's own to make.
    if (isMissing && this.#options.awaitsAddress === true && !this.#isListening) {
      this.#options.tell(`${this.#title}: ${message} yet; nothing listens there until then`, 'wait');
      return;
    }
    const meanwhile = this.#isListening
      ? 'the certificate in use stays'
      : 'nothing listens there until it is mended, without TLS least of all';
    this.#options.tell(`${this.#title}: ${message}; ${meanwhile}`, 'trouble');
  }
}

/**
 * Serves status, metrics and probes over TLS 1.2 or later, and with `clientAuthority` only to clients with a certificate
 * of it. Files that are missing or do not fit are awaited: they may be about to be issued. Rejects with the system's
 * error when they are there and it cannot listen, unless the address is awaited too.
 */
export async function createTlsStatusServer(source: StatusSource, options: TlsServerOptions): Promise<StatusServer> {
  const server = new TlsStatusServer(source, options);
  await server.open();
  return server;
}
