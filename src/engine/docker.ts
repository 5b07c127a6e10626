import { DockerEngine } from './docker-engine.ts';
import { DockerReader } from './docker-reader.ts';
import type { Engine, EngineReader } from './port.ts';
import type { ReadRouteName } from './routes.ts';
import { Transport } from './transport.ts';

export interface DockerOptions {
  /** `unix:///path` or `tcp://host:port`; else DOCKER_HOST, else the default socket. */
  readonly host?: string | undefined;
  /** For one call; default 30 s. */
  readonly deadlineMilliseconds?: number | undefined;
  /** A pull without progress for so long has failed; default 120 s. */
  readonly stallMilliseconds?: number | undefined;
  /** A build without output for so long has failed; default 10 min, because a step may work in silence. */
  readonly buildStallMilliseconds?: number | undefined;
}

/** A client that drops its connections when it is closed. */
export interface Closable {
  close(): void;
}

/** A client that only looks. Throws `ENGINE_UNREACHABLE` for an address that cannot be used; does not connect yet. */
export function createDockerReader(options: DockerOptions = {}): EngineReader & Closable {
  return new DockerReader(new Transport<ReadRouteName>({ ...options, readOnly: true }));
}

/** A client that can change the engine. Throws as `createDockerReader` does. */
export function createDockerEngine(options: DockerOptions = {}): Engine & Closable {
  return new DockerEngine(new Transport({ ...options, readOnly: false }), {
    stallMilliseconds: options.stallMilliseconds ?? 120_000,
    buildStallMilliseconds: options.buildStallMilliseconds ?? 600_000,
  });
}
