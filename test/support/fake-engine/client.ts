import { EngineError } from '../../../src/engine/errors.ts';
import { statusError } from '../../../src/engine/failure.ts';
import type { Engine } from '../../../src/engine/port.ts';
import { ROUTES, routePath, type RouteName } from '../../../src/engine/routes.ts';
import { Refusal } from './refusal.ts';

/** An error to answer a call with: `before`: nothing happened; `after`: it happened, but the caller sees an error. */
export type Faults = (
  call: keyof Engine,
  phase: 'before' | 'after',
  args: readonly unknown[],
) => EngineError | undefined;

export interface RecordedCall {
  readonly method: keyof Engine;
  readonly args: readonly unknown[];
}

const MUTATING: ReadonlySet<string> = new Set(
  Object.entries(ROUTES).flatMap(([name, route]) => (route.method === 'GET' || name === 'waitContainer' ? [] : [name])),
);

/** What all calls of a fake client have in common: they are recorded, take a turn, can be faulted, cut off or halted. */
export class FakeClient {
  /** Every call in order, also those that failed. */
  readonly calls: RecordedCall[] = [];
  faults: Faults;
  #down = false;
  #halted = false;

  constructor(faults: Faults = () => undefined) {
    this.faults = faults;
  }

  /** The calls that can change something. */
  get mutations(): RecordedCall[] {
    return this.calls.filter(({ method }) => MUTATING.has(method));
  }

  /** Nothing answers: every call fails with `ENGINE_UNREACHABLE`. */
  get down(): boolean {
    return this.#down;
  }

  set down(down: boolean) {
    this.#down = down;
  }

  /** As `kill -9` of the operator: calls under way and to come never settle. What arrived at the daemon goes on. */
  halt(): void {
    this.#halted = true;
  }

  /** Makes one call; a `Refusal` of the daemon becomes the error that the adapter makes of such an answer. */
  protected async call<T>(
    method: keyof Engine,
    args: readonly unknown[],
    target: string | undefined,
    act: () => T,
  ): Promise<T> {
    const name = callName(method, target);
    if (this.#halted) return await never();
    this.calls.push({ method, args: structuredClone(args) });
    // A call takes time: whoever was there before goes on first.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#halted) return await never();
    if (this.#down) throw new EngineError('ENGINE_UNREACHABLE', name, 'the fake engine is down');
    const before = this.faults(method, 'before', args);
    if (before) throw before;
    const result = answer(name, act);
    const after = this.faults(method, 'after', args);
    if (after) throw after;
    return this.#halted ? await never() : result;
  }
}

function answer<T>(name: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw statusError(name, error.statusCode, Buffer.from(JSON.stringify({ message: error.message })));
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}

function callName(method: keyof Engine, target: string | undefined): string {
  if (!(method in ROUTES)) return method;
  const name = method as RouteName;
  return `${ROUTES[name].method} ${routePath(name, target) ?? ROUTES[name].path}`;
}
