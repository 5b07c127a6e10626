import { posix } from 'node:path';
import { isWithin } from './normalise/host-path.ts';
import { resolveExisting } from './real-path.ts';

/** Why a path must not be touched; undefined when it may. */
export type SilenceAt = (path: string) => string | undefined;

/**
 * Where paths of manifests really lie on the host: a symlink that a container made below an allowed root must not lead a
 * mount out of it. Answers are remembered, so one of these serves one reading.
 */
export class HostPlaces {
  readonly #prefix: string;
  readonly #silenceAt: SilenceAt;
  readonly #known = new Map<string, string>();

  /**
   * @param root prefix of every host path; empty for none
   * @param silenceAt why a path must not be touched, because its file system does not answer; absent: all do
   */
  constructor(root = '', silenceAt: SilenceAt = () => undefined) {
    this.#prefix = root.replace(/\/+$/, '');
    this.#silenceAt = silenceAt;
  }

  /**
   * Real path of a path that has its prefix already, of its longest existing part. One that does not answer is taken as it
   * is written: nothing is made or started there before it was looked at again by another reading.
   */
  resolve(path: string): string {
    return this.#silenceAt(path) === undefined ? resolveExisting(path, this.#known) : path;
  }

  /**
   * Real path of a plain path as a manifest writes it: without the prefix when it lies below that, the path on the host
   * itself when a symlink leads out of it.
   */
  real(path: string): string {
    return this.unprefixed(this.resolve(this.#prefix + path));
  }

  /** A real path without the prefix, when it lies below that. */
  unprefixed(real: string): string {
    if (this.#prefix === '') return real;
    const base = this.resolve(this.#prefix);
    return isWithin(real, base) ? real.slice(base.length) || '/' : real;
  }

  /** As `real`, of an entry that is replaced and not followed: only what leads to it is resolved. */
  entry(path: string): string {
    return posix.join(this.real(posix.dirname(path)), posix.basename(path));
  }
}
