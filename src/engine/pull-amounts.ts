import type { PullAmount } from '../model/pull-amount.ts';
import { isObject, type JsonObject } from './shape.ts';

interface Layer {
  readonly bytes: number;
  readonly total: number;
  readonly isDone: boolean;
}

const BEGINNINGS: ReadonlySet<string> = new Set(['Pulling fs layer', 'Waiting', 'Downloading']);
/** All of it has come. */
const HERE: ReadonlySet<string> = new Set(['Verifying Checksum', 'Download complete', 'Extracting']);
const DONE: ReadonlySet<string> = new Set(['Pull complete', 'Already exists']);

/** Adds up what the engine tells of the layers of one pull. */
export class PullAmounts {
  readonly #layers = new Map<string, Layer>();

  /** A line of progress to how far the whole is; undefined while nothing of any layer is known. */
  take(line: JsonObject): PullAmount | undefined {
    const { id, status, progressDetail } = line;
    // What is not of a layer has a tag for an id, and another status.
    if (typeof id === 'string' && typeof status === 'string') {
      const before = this.#layers.get(id) ?? { bytes: 0, total: 0, isDone: false };
      if (DONE.has(status)) this.#layers.set(id, { ...before, bytes: before.total, isDone: true });
      else if (HERE.has(status)) this.#layers.set(id, { ...before, bytes: before.total });
      else if (BEGINNINGS.has(status)) this.#layers.set(id, { ...before, ...amountOf(progressDetail) });
    }
    return this.#layers.size === 0 ? undefined : this.#sum();
  }

  #sum(): PullAmount {
    const all = [...this.#layers.values()];
    return {
      layers: all.length,
      layersDone: all.filter(({ isDone }) => isDone).length,
      bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
      totalBytes: all.reduce((sum, { total }) => sum + total, 0),
    };
  }
}

function amountOf(detail: unknown): Partial<Pick<Layer, 'bytes' | 'total'>> {
  if (!isObject(detail)) return {};
  const { current, total } = detail;
  if (typeof current !== 'number' || typeof total !== 'number' || !(total > 0)) return {};
  return { bytes: Math.max(0, Math.min(current, total)), total };
}
