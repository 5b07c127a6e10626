import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StatusSnapshot } from '../model/status.ts';
import type { CandidatePlan } from './candidate-plan.ts';
import { statusJson } from './status-json.ts';
import type { TailPart } from './trace-tail.ts';

/** All that those may have who may push. */
export interface PushSource {
  snapshot(): StatusSnapshot;
  /** Asks for a full pass soon. */
  reconcile(): void;
  /** What was told after a place; undefined: where the tail ends now. */
  trace(place: number | undefined): TailPart;
  /** Plans a candidate and changes nothing. Rejects with an Error that says why the directory is none. */
  plan(directory: string): Promise<CandidatePlan>;
}

/** A plan looks at the whole engine: who asks for more side by side is told to wait. */
const MOST_PLANS = 4;

/**
 * Answers on the push socket: `POST /api/v1/plan?directory=DIR`, `POST /api/v1/reconcile`, `GET /api/v1/status` and
 * `GET /api/v1/trace?after=PLACE`, and nothing else. Answers are JSON; errors are `{"error": "..."}`.
 */
export function pushHandler(source: PushSource): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  let plans = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after another. */
  const planned = async (directory: string): Promise<CandidatePlan> => {
    plans += 1;
    const mine = last.then(() => source.plan(directory));
    last = mine.catch(() => undefined);
    try {
      return await mine;
    } finally {
      plans -= 1;
    }
  };

  const answer = async (method: string, url: URL): Promise<{ code: number; body: unknown }> => {
    switch (`${method} ${url.pathname}`) {
      case 'GET /api/v1/status':
        return { code: 200, body: statusJson(source.snapshot(), true) };
      case 'GET /api/v1/trace': {
        const place = /^\d{1,15}$/.exec(url.searchParams.get('after') ?? '')?.[0];
        return { code: 200, body: source.trace(place === undefined ? undefined : Number(place)) };
      }
      case 'POST /api/v1/reconcile':
        source.reconcile();
        return { code: 202, body: { accepted: true } };
      case 'POST /api/v1/plan': {
        if (plans >= MOST_PLANS) return { code: 503, body: { error: 'too many plans are being made: try again' } };
        try {
          return { code: 200, body: await planned(url.searchParams.get('directory') ?? '') };
        } catch (error) {
          return { code: 400, body: { error: error instanceof Error ? error.message : String(error) } };
        }
      }
      default:
        return { code: 404, body: { error: 'the push socket has plan, reconcile, status and trace' } };
    }
  };

  return async (request, response) => {
    // No request has a body: what comes is not read, and the connection ends with the answer.
    const send = (code: number, body: unknown): void => {
      const bytes = Buffer.from(`${JSON.stringify(body)}\n`);
      response.writeHead(code, {
        'Content-Type': 'application/json; charset=utf-8',
        'Cache-Control': 'no-store',
        'Content-Length': bytes.length,
        Connection: 'close',
      });
      response.end(bytes);
    };
    try {
      const { code, body } = await answer(request.method ?? '', new URL(request.url ?? '/', 'http://push'));
      send(code, body);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else send(500, { error: `fault of bastion: ${message}` });
    }
  };
}
