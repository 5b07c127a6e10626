import type { IncomingMessage, ServerResponse } from 'node:http';
import { keyOf, parseKey, type Key } from '../model/key.ts';
import type { StatusSnapshot } from '../model/status.ts';
import type { HistoryLine } from './history.ts';
import type { Probe } from './liveness.ts';
import type { StatusPage } from './page/status-page.ts';
import { statusJson } from './status-json.ts';

/** What the server shows. Every function may be called at any time. */
export interface StatusSource {
  snapshot(): StatusSnapshot;
  metrics(): Promise<string>;
  /** The last steps that ran, oldest first; throws when they cannot be read. */
  history(limit: number): readonly HistoryLine[];
  /** Milliseconds since the epoch. */
  now(): number;
  live(): Probe;
  ready(): Probe;
  /** Asks for a full pass soon. Reached over the control socket only. */
  reconcile(): void;
  /** Tries a resource again: what was forgotten, in words; undefined: no such resource. Over the control socket only. */
  retry(key: Key): readonly string[] | undefined;
  /** Makes a backup now; false: no such Backup. Over the control socket only. */
  backUp(name: string): boolean;
  /** Renews a Certificate before its time. Over the control socket only. */
  renew(name: string): 'asked' | 'unissued' | 'unseen' | 'unknown';
  /**
   * Tries one receiver of notifications, or all: results by receiver; undefined: no such receiver. Over the control
   * socket only.
   */
  testNotification(receiver: string | undefined): Promise<object | undefined>;
}

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};
const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

const INDEX = `bastion

/livez           whether the loop beats
/readyz          whether desired state and engine have been compared
/metrics         Prometheus metrics
/                in a browser: the status page
/api/v1/status   status as JSON (on a terminal: bastion status)
`;

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function probeAnswer(probe: Probe): Answer {
  return { code: probe.ok ? 200 : 503, type: TEXT, body: `${probe.ok ? 'ok' : 'not ok'}: ${probe.reason}\n` };
}

async function answerGet(path: string, source: StatusSource): Promise<Answer> {
  switch (path) {
    case '/':
      return { code: 200, type: TEXT, body: INDEX };
    case '/livez':
      return probeAnswer(source.live());
    case '/readyz':
      return probeAnswer(source.ready());
    case '/metrics':
      return { code: 200, type: EXPOSITION, body: await source.metrics() };
    case '/api/v1/status':
      return { code: 200, type: JSON_TYPE, body: `${JSON.stringify(statusJson(source.snapshot(), true))}\n` };
    default:
      return { code: 404, type: TEXT, body: 'not found; see / for what there is\n' };
  }
}

/** Whether somebody who asks for `/` reads HTML; others (curl, scripts) get the list of what there is as text. */
function wantsPage(path: string, accept: string | undefined): boolean {
  return path === '/' ? (accept ?? '').includes('text/html') : path.startsWith('/page/');
}

/** `?key=Kind/name` */
function answerRetry(query: string, source: StatusSource): Answer {
  const key = new URLSearchParams(query).get('key') ?? '';
  const parsed = parseKey(key);
  if (parsed === undefined) return { code: 400, type: TEXT, body: 'which resource? ?key=Kind/name\n' };
  const forgotten = source.retry(keyOf(parsed.kind, parsed.name));
  if (forgotten === undefined) return { code: 404, type: TEXT, body: `the desired state has no ${key}\n` };
  return { code: 202, type: JSON_TYPE, body: `${JSON.stringify({ accepted: true, forgotten })}\n` };
}

/** `?name=NAME` of a Certificate. */
const RENEWAL_PROBLEMS = {
  asked: undefined,
  unissued: {
    code: 409,
    text: (key: string) =>
      `${key} has no certificate yet that could be renewed: it is issued as soon as nothing is in its way, and bastion status says what is`,
  },
  unseen: { code: 409, text: (key: string) => `${key} was not looked at yet: try again in a moment` },
  unknown: { code: 404, text: (key: string) => `the desired state has no ${key}` },
} as const;

function answerRenew(query: string, source: StatusSource): Answer {
  const name = new URLSearchParams(query).get('name') ?? '';
  if (name === '') return { code: 400, type: TEXT, body: 'which certificate? ?name=NAME\n' };
  const problem = RENEWAL_PROBLEMS[source.renew(name)];
  if (problem !== undefined)
    return { code: problem.code, type: TEXT, body: `${problem.text(`Certificate/${name}`)}\n` };
  return { code: 202, type: JSON_TYPE, body: '{"accepted":true}\n' };
}

/** `?name=NAME` of a Backup. */
function answerBackup(query: string, source: StatusSource): Answer {
  const name = new URLSearchParams(query).get('name') ?? '';
  if (name === '') return { code: 400, type: TEXT, body: 'which backup? ?name=NAME\n' };
  if (!source.backUp(name)) return { code: 404, type: TEXT, body: `the desired state has no Backup/${name}\n` };
  return { code: 202, type: JSON_TYPE, body: '{"accepted":true}\n' };
}

/** `?receiver=NAME`; all of them without it. */
async function answerNotificationTest(query: string, source: StatusSource): Promise<Answer> {
  const name = new URLSearchParams(query).get('receiver') ?? undefined;
  const results = await source.testNotification(name);
  if (results === undefined) return { code: 404, type: TEXT, body: `the Bastion names no receiver ${name}\n` };
  return { code: 200, type: JSON_TYPE, body: `${JSON.stringify({ results })}\n` };
}

async function answerPost(path: string, query: string, source: StatusSource): Promise<Answer | undefined> {
  switch (path) {
    case '/api/v1/reconcile':
      source.reconcile();
      return { code: 202, type: JSON_TYPE, body: '{"accepted":true}\n' };
    case '/api/v1/retry':
      return answerRetry(query, source);
    case '/api/v1/backup':
      return answerBackup(query, source);
    case '/api/v1/renew':
      return answerRenew(query, source);
    case '/api/v1/notification-test':
      return answerNotificationTest(query, source);
    default:
      return undefined;
  }
}

/** A page in somebody's browser may reach loopback under a name of its own (DNS rebinding): only our names count there. */
function isForeignHost(host: string | undefined): boolean {
  return host === undefined || !/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host);
}

function send(response: ServerResponse, answer: Answer, head: boolean, more: Record<string, string> = {}): void {
  const body = Buffer.from(answer.body);
  const length = answer.code === 304 ? {} : { 'Content-Length': body.length };
  response.writeHead(answer.code, { ...HEADERS, ...answer.headers, ...more, 'Content-Type': answer.type, ...length });
  response.end(head ? undefined : body);
}

/**
 * Answers requests. `control`: takes orders, too (a Unix socket, which only its owner can reach); `loopback`: answers to
 * names of loopback only.
 */
export function requestHandler(
  source: StatusSource,
  options: { control: boolean; loopback: boolean },
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let page: StatusPage | undefined = undefined;
  /** Loaded for the first who looks. */
  const answerPage = async (path: string, { headers }: IncomingMessage): Promise<Answer | undefined> => {
    if (!wantsPage(path, headers.accept)) return undefined;
    page ??= new (await import('./page/status-page.ts')).StatusPage(source);
    return page.answer(path, headers['if-none-match']);
  };
  return async (request, response) => {
    const head = request.method === 'HEAD';
    // Nothing here takes a body: whatever comes is not read, and the connection ends with the answer.
    const hasBody = request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers;
    const more: Record<string, string> = hasBody ? { Connection: 'close' } : {};
    const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
    try {
      const foreign = options.loopback && isForeignHost(request.headers.host);
      const isOrder = options.control && request.method === 'POST';
      const posted = isOrder ? await answerPost(path, query, source) : undefined;
      if (foreign)
        send(response, { code: 421, type: TEXT, body: 'this server answers to localhost only\n' }, head, more);
      else if (posted !== undefined) send(response, posted, false, more);
      else if (request.method !== 'GET' && !head)
        send(response, { code: 405, type: TEXT, body: 'only GET\n' }, false, { ...more, Allow: 'GET, HEAD' });
      else send(response, (await answerPage(path, request)) ?? (await answerGet(path, source)), head, more);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else send(response, { code: 500, type: TEXT, body: `fault of bastion: ${message}\n` }, head, more);
    }
  };
}
