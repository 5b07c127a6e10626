import type { ContainerInspect } from '../../../src/engine/wire.ts';

/** What the processes of an image do, as far as an engine can see it. The default: run until stopped by SIGKILL. */
export interface Behaviour {
  /** The start is refused, e.g. `{statusCode: 400, exitCode: 127, message: 'no such file'}`. */
  readonly startFails?: { readonly statusCode: number; readonly message: string; readonly exitCode?: number };
  /** Bytes in use while it runs; default 1 MiB. */
  readonly usesMemory?: number;
  /** Ends by itself. At 0 milliseconds it ends before the start call returns. */
  readonly exits?: { readonly code: number; readonly afterMilliseconds: number };
  /** Verdicts of the health check, counted from the start. Default: healthy after one interval. */
  readonly health?: readonly { readonly status: 'healthy' | 'unhealthy'; readonly afterMilliseconds: number }[];
  /** What it prints at the start. */
  readonly output?: string;
  /** Exit code with which it answers a signal (`SIGTERM`); undefined: goes on. SIGKILL is not asked about. */
  readonly onSignal?: (signal: string) => number | undefined;
}

/** One behaviour for all containers of an image, or one chosen from the container and how often it was started. */
export type BehaviourSource = Behaviour | ((container: ContainerInspect, starts: number) => Behaviour);

/** The behaviour of one start. */
export function behaviourOf(source: BehaviourSource, container: ContainerInspect, starts: number): Behaviour {
  return typeof source === 'function' ? source(structuredClone(container), starts) : source;
}
