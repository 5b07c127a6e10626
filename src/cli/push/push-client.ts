import type { CandidatePlan } from '../../status/candidate-plan.ts';
import type { StatusJson } from '../../status/status-json.ts';
import type { TailPart } from '../../status/trace-tail.ts';
import { askOverSocket } from '../ask-socket.ts';

/** What became of a question: the answer, or why there is none. */
export type Answer<T> =
  | { readonly type: 'answer'; readonly value: T }
  /** No operator runs. */
  | { readonly type: 'absent' }
  | { readonly type: 'refused'; readonly message: string };

const PATIENCE_MILLISECONDS = 10_000;
/** A plan looks at everything on the engine, after those that others asked for. */
const PLAN_MILLISECONDS = 120_000;

/** Where the operator listens when nothing else is configured. */
export const DEFAULT_PUSH_SOCKET = '/run/bastion/push.sock';

/** Asks the running operator on its push socket. Never rejects. */
export class PushClient {
  readonly #socket: string;

  constructor(socket: string = DEFAULT_PUSH_SOCKET) {
    this.#socket = socket;
  }

  plan(directory: string): Promise<Answer<CandidatePlan>> {
    return this.#ask('POST', `/api/v1/plan?directory=${encodeURIComponent(directory)}`, PLAN_MILLISECONDS);
  }

  status(): Promise<Answer<StatusJson>> {
    return this.#ask('GET', '/api/v1/status');
  }

  reconcile(): Promise<Answer<unknown>> {
    return this.#ask('POST', '/api/v1/reconcile');
  }

  /** @param place where the last part ended; undefined: only where the tail ends now */
  trace(place: number | undefined): Promise<Answer<TailPart>> {
    return this.#ask('GET', `/api/v1/trace${place === undefined ? '' : `?after=${place}`}`);
  }

  async #ask<T>(method: 'GET' | 'POST', path: string, patience = PATIENCE_MILLISECONDS): Promise<Answer<T>> {
    try {
      const reply = await askOverSocket(this.#socket, method, path, patience);
      if (reply === undefined) return { type: 'absent' };
      const value = JSON.parse(reply.text) as T & { readonly error?: string };
      if (reply.code >= 200 && reply.code < 300) return { type: 'answer', value };
      return { type: 'refused', message: value.error ?? `it answered ${reply.code}` };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { type: 'refused', message: `${this.#socket}: ${message}` };
    }
  }
}
