import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the fake is and has; to be changed while it runs. */
export interface GrafanaState {
  version: string;
  database: 'ok' | 'failing';
  /** By uid: what is wrong with it in the words of Grafana; empty: nothing. */
  datasources: Record<string, string>;
  /** Uid to title, as they are in the database. */
  dashboards: Record<string, string>;
  /** Uids that the list of dashboards does not know yet. */
  unlisted: string[];
  /** Why the file of the home dashboard cannot be shown; empty: it can. */
  home: string;
  admin: { user: string; password: string };
  /** What provisioning does when it is read again; throws as Grafana fails. */
  provision: () => void;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Wrong passwords in a row after which Grafana lets the user in with none, and for how long. */
const MOST_FAILURES = 5;
const SUFFIX = ' - There was an error returned querying the Prometheus API.';
const message = (status: number, text: string): Answer => ({ status, body: { message: text } });

/**
 * Answers over TLS as Grafana 12 does on the paths that the operator asks, with basic authentication and its protection
 * against guessing. Like the real one it asks no client for a certificate, looks at its files every so often, and keeps
 * the old pair while the new one cannot be used.
 */
export class FakeGrafana {
  readonly state: GrafanaState = {
    version: '12.4.10',
    database: 'ok',
    datasources: { prometheus: '' },
    dashboards: {},
    unlisted: [],
    home: '',
    admin: { user: 'admin', password: 'right' },
    provision: () => undefined,
  };
  /** `METHOD path` of every request. */
  readonly requests: string[] = [];
  /** How often the administrator's password was wrong, or was not even looked at. */
  refused = 0;
  #failuresInARow = 0;
  readonly #server: Server;
  readonly #files: { readonly cert: string; readonly key: string };
  #seen = '';
  #watch: NodeJS.Timeout | undefined;

  /** @param files paths of certificate and key */
  constructor(files: { readonly cert: string; readonly key: string }) {
    this.#files = files;
    this.#seen = this.#version();
    this.#server = createServer(this.#pair(), (request, response) => {
      const { status, body } = this.#answer(request);
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(JSON.stringify(body));
    });
  }

  /** @param interval milliseconds between two looks at the files (`certs_watch_interval`); 0: never */
  listen(host: string, interval = 0): Promise<number> {
    if (interval > 0) this.#watch = setInterval(() => this.#lookAtFiles(), interval);
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    clearInterval(this.#watch);
    this.#server.closeAllConnections();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Five minutes pass. */
  forgetFailures(): void {
    this.#failuresInARow = 0;
  }

  #answer(request: IncomingMessage): Answer {
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const [path = '', search = ''] = url.split('?');
    if (path === '/healthz') return { status: 200, body: 'Ok' };
    if (path === '/api/health') {
      const { database, version } = this.state;
      return { status: database === 'ok' ? 200 : 503, body: { database, version, commit: 'fake' } };
    }
    if (!this.#letsIn(request)) return message(401, 'Invalid username or password');
    if (method === 'POST') return this.#reload(path);
    const [, kind, uid = '', health] = /^\/api\/(datasources|dashboards)\/uid\/([^/]+)(\/health)?$/.exec(path) ?? [];
    if (kind === 'datasources' && health !== undefined) return this.#datasource(decodeURIComponent(uid));
    if (kind === 'dashboards') return this.#dashboard(decodeURIComponent(uid));
    if (path === '/api/search') return this.#search(new URLSearchParams(search));
    if (path === '/api/dashboards/home')
      return this.state.home === ''
        ? { status: 200, body: { dashboard: { title: 'Home' }, meta: { isHome: true } } }
        : message(500, this.state.home);
    return message(404, 'Not found');
  }

  #letsIn({ headers }: IncomingMessage): boolean {
    const { user, password } = this.state.admin;
    const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const isRight = headers.authorization === expected && this.#failuresInARow < MOST_FAILURES;
    this.#failuresInARow = isRight ? 0 : this.#failuresInARow + 1;
    this.refused += isRight ? 0 : 1;
    return isRight;
  }

  #reload(path: string): Answer {
    const [, what = ''] = /^\/api\/admin\/provisioning\/(dashboards|datasources)\/reload$/.exec(path) ?? [];
    if (what === '') return message(404, 'Not found');
    try {
      this.state.provision();
    } catch (error) {
      return message(500, String(error));
    }
    return message(200, `${what.charAt(0).toUpperCase()}${what.slice(1)} config reloaded`);
  }

  #datasource(uid: string): Answer {
    const fault = this.state.datasources[uid];
    if (fault === undefined) return message(500, 'Unable to load datasource metadata');
    if (fault === '')
      return { status: 200, body: { status: 'OK', message: 'Successfully queried the Prometheus API.' } };
    return { status: 400, body: { status: 'ERROR', message: `${fault}${SUFFIX}` } };
  }

  #dashboard(uid: string): Answer {
    const title = this.state.dashboards[uid];
    if (title === undefined) return message(404, 'Dashboard not found');
    return { status: 200, body: { dashboard: { uid, title }, meta: { provisioned: true } } };
  }

  #search(query: URLSearchParams): Answer {
    const limit = Number(query.get('limit') ?? 1000);
    const found = Object.entries(this.state.dashboards)
      .filter(([uid]) => !this.state.unlisted.includes(uid))
      .map(([uid, title]) => ({ uid, title, type: 'dash-db', url: `/d/${uid}` }));
    return { status: 200, body: found.slice(0, limit) };
  }

  #pair(): { cert: Buffer; key: Buffer } {
    return { cert: readFileSync(this.#files.cert), key: readFileSync(this.#files.key) };
  }

  #version(): string {
    return [this.#files.cert, this.#files.key].map((path) => String(statSync(path).mtimeMs)).join(' ');
  }

  #lookAtFiles(): void {
    try {
      const version = this.#version();
      if (version === this.#seen) return;
      this.#seen = version;
      this.#server.setSecureContext(this.#pair());
    } catch {
      // It logs that, and goes on with the pair that it has.
    }
  }
}
