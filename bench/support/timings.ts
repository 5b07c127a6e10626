import { cpuSince } from './raw-engine.ts';

/** Milliseconds of one name, a number for each time it was done. */
export interface Timing {
  readonly wall: number[];
  /** Of the whole process, all threads. */
  readonly cpu: number[];
}

/** Takes the time of what is done again and again, under names. */
export class Timings {
  readonly #of = new Map<string, Timing>();

  /** Does it, and takes its time. */
  async take<T>(name: string, task: () => T | Promise<T>): Promise<T> {
    const timing = this.of(name);
    const cpu = process.cpuUsage();
    const started = performance.now();
    const result = await task();
    timing.wall.push(performance.now() - started);
    timing.cpu.push(cpuSince(cpu));
    return result;
  }

  of(name: string): Timing {
    let timing = this.#of.get(name);
    if (timing === undefined) this.#of.set(name, (timing = { wall: [], cpu: [] }));
    return timing;
  }
}
