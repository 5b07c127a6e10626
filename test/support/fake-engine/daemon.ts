import type { EngineFacts } from '../../../src/model/observed.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { EventHub } from './event-hub.ts';
import { IdSource } from './id-source.ts';
import { ImageStore, type FakeImage, type FakeImageConfig, type ImageOptions } from './image-store.ts';
import { addPredefinedNetworks } from './networks.ts';
import { refuse } from './refusal.ts';
import { objectEvent, timestamp, type FakeContainer, type World } from './world.ts';

export interface DaemonOptions {
  readonly clock: Clock;
  /** Ids follow from it. */
  readonly seed?: string;
  readonly facts?: Partial<EngineFacts>;
  /** Whether a path for a bind mount exists on the host; default: every path does. */
  readonly bindSourceExists?: (path: string) => boolean;
  readonly cpus?: number;
}

const FACTS: EngineFacts = {
  version: '20.10.24',
  apiVersion: '1.41',
  platform: 'linux/amd64',
  cgroupVersion: '1',
  loggingDriver: 'json-file',
  defaultRuntime: 'runc',
};

/** The state behind one or more `FakeEngine` clients: it outlives them, as the real daemon outlives the operator. */
export class FakeDaemon implements World {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly events = new EventHub();
  readonly images: ImageStore;
  readonly facts: EngineFacts;
  readonly containers = new Map<string, FakeContainer>();
  readonly networks: World['networks'] = new Map();
  readonly volumes: World['volumes'] = new Map();
  readonly occupiedPorts = new Set<string>();
  readonly bindSourceExists: (path: string) => boolean;
  readonly cpus: number;

  constructor(options: DaemonOptions) {
    this.clock = options.clock;
    this.ids = new IdSource(options.seed ?? 'fake');
    this.images = new ImageStore(() => timestamp(this));
    this.facts = { ...FACTS, ...options.facts };
    this.bindSourceExists = options.bindSourceExists ?? (() => true);
    this.cpus = options.cpus ?? 2;
    addPredefinedNetworks(this);
  }

  /** Puts an image on the engine, under a reference. */
  addImage(reference: string, config: FakeImageConfig = {}, options: ImageOptions = {}): FakeImage {
    const image = this.images.add(reference, config, options);
    objectEvent(this, 'image', 'tag', image.inspect.Id, { name: reference });
    return image;
  }

  /** Puts an image into the registry only: a pull brings it. */
  offerImage(reference: string, config: FakeImageConfig = {}, options: ImageOptions = {}): void {
    this.images.offer(reference, config, options);
  }

  /** By full id or exact name; refuses with 404 when there is none. */
  container(idOrName: string): FakeContainer {
    return this.findContainer(idOrName) ?? refuse(404, `No such container: ${idOrName}`);
  }

  findContainer(idOrName: string): FakeContainer | undefined {
    const name = `/${idOrName.replace(/^\//, '')}`;
    return this.containers.get(idOrName) ?? [...this.containers.values()].find(({ inspect }) => inspect.Name === name);
  }

  /** Ends all timers and streams. */
  close(): void {
    for (const container of this.containers.values()) for (const cancel of container.cancels.splice(0)) cancel();
    this.events.breakStreams();
  }
}
