import type { EngineFacts } from '../../../src/model/observed.ts';
import type {
  ContainerInspect,
  EndpointSettings,
  EngineEvent,
  NetworkInspect,
  VolumeInspect,
} from '../../../src/engine/wire.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import type { Behaviour } from './behaviour.ts';
import type { EventHub } from './event-hub.ts';
import type { IdSource } from './id-source.ts';
import type { FakeImage, ImageStore } from './image-store.ts';

/** An endpoint as inspect shows it. Without `EndpointID` the container is not really connected. */
export interface FakeEndpoint extends EndpointSettings {
  EndpointID: string;
  NetworkID: string;
  Gateway: string;
  IPAddress: string;
  IPPrefixLen: number;
  MacAddress: string;
}

/** Inspect JSON of a container, kept as the engine would answer it. */
export interface FakeInspect extends ContainerInspect {
  State: ContainerInspect['State'] & { Restarting: boolean; Pid: number; OOMKilled: boolean; Dead: boolean };
  NetworkSettings: Omit<ContainerInspect['NetworkSettings'], 'Networks'> & {
    Ports: Record<string, { HostIp: string; HostPort: string }[] | null>;
    Networks: Record<string, FakeEndpoint>;
  };
}

export interface FakeContainer {
  readonly inspect: FakeInspect;
  readonly image: FakeImage;
  behaviour: Behaviour;
  starts: number;
  /** Stopped or signalled through the API: its restart policy no longer restarts it. */
  manuallyStopped: boolean;
  restartDelay: number;
  output: string;
  /** Timers of the current run: exit, health, restart. */
  cancels: (() => void)[];
  /** Called with the exit code when it stops or goes. */
  waiters: ((exitCode: number) => void)[];
}

export interface FakeNetwork {
  readonly inspect: NetworkInspect;
  /** First IPv4 subnet as numbers; absent for `host` and `none`. */
  readonly pool?: { readonly base: number; readonly prefix: number; readonly gateway: number };
  /** The subnet was asked for, so that containers may ask for addresses. */
  readonly explicit: boolean;
}

/** All that the fake daemon is. The functions beside this file work on it, each as the real engine does. */
export interface World {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events: EventHub;
  readonly images: ImageStore;
  readonly facts: EngineFacts;
  /** By id, in order of creation. */
  readonly containers: Map<string, FakeContainer>;
  readonly networks: Map<string, FakeNetwork>;
  /** By name. */
  readonly volumes: Map<string, VolumeInspect>;
  /** `tcp/8080` that somebody outside of the engine listens on. */
  readonly occupiedPorts: Set<string>;
  readonly bindSourceExists: (path: string) => boolean;
  readonly cpus: number;
}

/** Emits an event of a container, with the attributes that the engine gives it. */
export function containerEvent(
  world: World,
  container: FakeContainer,
  action: string,
  attributes: Record<string, string> = {},
): void {
  const { Id, Config } = container.inspect;
  const own = { ...Config.Labels, image: Config.Image ?? '', name: nameOf(container), ...attributes };
  world.events.emit({ Type: 'container', Action: action, Actor: { ID: Id, Attributes: own } });
}

/** Emits an event of a network, volume or image. */
export function objectEvent(
  world: World,
  type: EngineEvent['Type'],
  action: string,
  id: string,
  attributes: Record<string, string>,
): void {
  world.events.emit({ Type: type, Action: action, Actor: { ID: id, Attributes: attributes } });
}

/** Name without the slash. */
export function nameOf(container: FakeContainer): string {
  return container.inspect.Name.slice(1);
}

/** Now, as the engine writes it: with nanoseconds. */
export function timestamp(world: World): string {
  return new Date(world.clock.now()).toISOString().replace('Z', '000000Z');
}
