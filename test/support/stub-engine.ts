import type { Engine } from '../../src/engine/port.ts';

/** An engine that has only the methods given; every other one rejects by name, so that no call goes unseen. */
export function stubEngine(methods: Partial<Engine>): Engine {
  return new Proxy(methods, {
    get(target, name: string) {
      return name in target
        ? target[name as keyof Engine]
        : () => Promise.reject(new Error(`the test did not expect a call of ${name}`));
    },
  }) as Engine;
}
