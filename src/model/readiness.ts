import type { TlsAccess } from './tls-access.ts';

/** A running container that is asked whether it serves. */
export interface ReadinessTarget {
  /** By `readinessId`. */
  readonly id: string;
  /** Id of the container; its own address is asked unless `address` is another. */
  readonly container: string;
  readonly address?: string;
  readonly port: number;
  readonly path: string;
  /** Absent: plain HTTP. */
  readonly access?: TlsAccess;
}

/** What a container said when it was asked last. */
export interface ObservedReadiness {
  readonly isReady: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What was found instead of a good answer, for people; empty when it is ready. */
  readonly message: string;
}

/** Names one run of a container: what it said before a restart does not count after it. */
export function readinessId({ id, startedAt }: { readonly id: string; readonly startedAt: number }): string {
  return `${id}@${startedAt}`;
}
