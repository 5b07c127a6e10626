import type { ContainerResources } from '../model/step.ts';
import type { PullAmount } from '../model/pull-amount.ts';
import type { EngineFacts } from '../model/observed.ts';
import type { ObservedMemory } from '../model/observed-services.ts';
import type {
  ContainerCreateBody,
  ContainerInspect,
  ContainerSummary,
  EngineEvent,
  EndpointSettings,
  ImageInspect,
  NetworkCreateBody,
  NetworkInspect,
  VolumeCreateBody,
  VolumeInspect,
} from './wire.ts';

/**
 * The engine as seen by everything that only looks: it has no mutating method, so `plan` cannot write by type.
 *
 * Every method rejects with an `EngineError` (see errors.ts) and nothing else, within its deadline.
 */
export interface EngineReader {
  facts(): Promise<EngineFacts>;
  /** All containers, running or not. */
  listContainers(): Promise<ContainerSummary[]>;
  /** By full id or exact name (prefixes never match); undefined when it does not exist. */
  inspectContainer(idOrName: string): Promise<ContainerInspect | undefined>;
  /**
   * Memory of a running container, by full id; undefined when it does not exist, does not run, or has no numbers. Takes up
   * to a second or two: not for a pass.
   */
  containerMemory(id: string): Promise<ObservedMemory | undefined>;
  listNetworks(): Promise<NetworkInspect[]>;
  listVolumes(): Promise<VolumeInspect[]>;
  /** By reference or id; undefined when it is not on this engine. */
  inspectImage(referenceOrId: string): Promise<ImageInspect | undefined>;
  /**
   * Last lines of a container's output, stdout and stderr mixed, as text; with `since` (milliseconds since the epoch) only
   * those that are not older.
   */
  logs(containerId: string, lines: number, since?: number): Promise<string>;
  /** Platforms (`linux/amd64`) that the registry offers for a reference. */
  platforms(reference: string): Promise<string[]>;
  /**
   * Events of containers, networks, volumes and images from now on. `connected` is called once the stream is open, so
   * that a relist made after it misses nothing. Ends (or throws an EngineError) when the stream ends; ends quietly when
   * the signal aborts.
   */
  events(signal: AbortSignal, connected: () => void): AsyncIterable<EngineEvent>;
}

/** The engine as the executor uses it. */
export interface Engine extends EngineReader {
  /** Id of the new network; rejects with code `ENGINE_CONFLICT` when the name exists. */
  createNetwork(name: string, body: NetworkCreateBody): Promise<string>;
  removeNetwork(id: string): Promise<void>;
  connectNetwork(network: string, container: string, endpoint: EndpointSettings): Promise<void>;
  /** Works by name for a stale endpoint too. Not connected counts as done. */
  disconnectNetwork(network: string, container: string): Promise<void>;

  /** Note that the engine returns an existing volume of this name silently: inspect afterwards. */
  createVolume(name: string, body: VolumeCreateBody): Promise<void>;
  removeVolume(name: string): Promise<void>;

  /** Resolves only when the image is really there. No total deadline: fails after `stallMilliseconds` without progress. */
  pullImage(reference: string, onProgress?: (text: string, amount?: PullAmount) => void): Promise<void>;
  /** Classic builder. `context` is a tar stream. Resolves to the image id. */
  buildImage(
    context: NodeJS.ReadableStream,
    options: {
      tag: string;
      dockerfile: string;
      args: Readonly<Record<string, string>>;
      labels: Readonly<Record<string, string>>;
    },
    onProgress?: (text: string) => void,
  ): Promise<string>;

  createContainer(name: string, body: ContainerCreateBody): Promise<string>;
  /** Already started counts as done. */
  startContainer(container: string): Promise<void>;
  /** Already stopped or gone counts as done. Deadline = grace + 15 s. */
  stopContainer(container: string, graceSeconds: number): Promise<void>;
  restartContainer(container: string, graceSeconds: number): Promise<void>;
  /** Its processes stand still until it is resumed; nothing of what they hold is lost. */
  pauseContainer(container: string): Promise<void>;
  unpauseContainer(container: string): Promise<void>;
  /** `signal` e.g. `SIGHUP`. */
  signalContainer(container: string, signal: string): Promise<void>;
  renameContainer(container: string, name: string): Promise<void>;
  updateContainer(container: string, resources: ContainerResources): Promise<void>;
  /** Forced. Gone counts as done; removal in progress is waited for within the deadline. */
  removeContainer(container: string, removeAnonymousVolumes: boolean): Promise<void>;
  /** Exit code once it stops; rejects with `ENGINE_DEADLINE` after so many milliseconds. */
  waitContainer(containerId: string, milliseconds: number): Promise<number>;
}
