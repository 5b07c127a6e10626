import type {
  ContainerCreateBody,
  EndpointSettings,
  NetworkCreateBody,
  VolumeCreateBody,
} from '../../../src/engine/wire.ts';
import type { ContainerResources } from '../../../src/model/step.ts';
import { createContainer, renameContainer } from './create.ts';
import type { FakeDaemon } from './daemon.ts';
import { connect, disconnect } from './endpoints.ts';
import { kill, pause, remove, restart, start, stop, unpause } from './lifecycle.ts';
import { ensureVolume, removeVolume } from './mounts.ts';
import { createNetwork, findNetwork, removeNetwork } from './networks.ts';
import { refuse } from './refusal.ts';
import { updateContainer } from './update.ts';

const NETWORK: NetworkCreateBody = {
  Driver: 'bridge',
  Internal: false,
  Attachable: false,
  EnableIPv6: false,
  Options: {},
  Labels: {},
};

/** Somebody else at the same engine: the same effects and events, never recorded, never faulted. Throws `Refusal`. */
export class Outside {
  readonly #daemon: FakeDaemon;

  constructor(daemon: FakeDaemon) {
    this.#daemon = daemon;
  }

  createContainer(name: string, body: ContainerCreateBody): string {
    return createContainer(this.#daemon, name, body);
  }

  /** `docker run -d`. */
  runContainer(name: string, body: ContainerCreateBody): string {
    const id = this.createContainer(name, body);
    this.startContainer(id);
    return id;
  }

  startContainer(name: string): void {
    start(this.#daemon, this.#daemon.container(name));
  }

  stopContainer(name: string): void {
    stop(this.#daemon, this.#daemon.container(name));
  }

  restartContainer(name: string): void {
    restart(this.#daemon, this.#daemon.container(name));
  }

  killContainer(name: string, signal = 'SIGKILL'): void {
    kill(this.#daemon, this.#daemon.container(name), signal);
  }

  pauseContainer(name: string): void {
    pause(this.#daemon, this.#daemon.container(name));
  }

  unpauseContainer(name: string): void {
    unpause(this.#daemon, this.#daemon.container(name));
  }

  renameContainer(name: string, newName: string): void {
    renameContainer(this.#daemon, this.#daemon.container(name), newName);
  }

  updateContainer(name: string, resources: ContainerResources): void {
    updateContainer(this.#daemon, this.#daemon.container(name), resources);
  }

  /** `docker rm -f`. */
  removeContainer(name: string, anonymousVolumes = false): void {
    remove(this.#daemon, this.#daemon.container(name), anonymousVolumes);
  }

  /** Removes a container and makes one by hand under its name: same image and labels unless said otherwise. */
  recreateByHand(name: string, change: Partial<ContainerCreateBody> = {}): string {
    const { Config, HostConfig } = structuredClone(this.#daemon.container(name).inspect);
    this.removeContainer(name);
    const body: ContainerCreateBody = {
      Image: Config.Image ?? '',
      Cmd: Config.Cmd ?? null,
      Labels: Config.Labels ?? {},
      HostConfig: { NetworkMode: HostConfig.NetworkMode ?? 'default' },
      ...change,
    };
    return this.runContainer(name, body);
  }

  connect(network: string, container: string, endpoint: EndpointSettings = {}): void {
    connect(this.#daemon, network, this.#daemon.container(container), endpoint);
  }

  disconnect(network: string, container: string): void {
    disconnect(this.#daemon, network, this.#daemon.container(container));
  }

  createNetwork(name: string, body: Partial<NetworkCreateBody> = {}): string {
    return createNetwork(this.#daemon, name, { ...NETWORK, ...body });
  }

  /** Disconnects whoever is connected, then removes the network. */
  removeNetwork(name: string): void {
    const network = findNetwork(this.#daemon, name) ?? refuse(404, `network ${name} not found`);
    for (const container of this.#daemon.containers.values()) {
      const endpoint = container.inspect.NetworkSettings.Networks[network.inspect.Name];
      if (endpoint?.NetworkID === network.inspect.Id && endpoint.EndpointID !== '') {
        disconnect(this.#daemon, network.inspect.Name, container);
      }
    }
    removeNetwork(this.#daemon, network.inspect.Id);
  }

  createVolume(name: string, body: Partial<VolumeCreateBody> = {}): void {
    ensureVolume(this.#daemon, name, { Options: body.DriverOpts ?? null, Labels: body.Labels ?? null });
  }

  removeVolume(name: string): void {
    removeVolume(this.#daemon, name);
  }

  removeImage(reference: string): void {
    this.#daemon.images.remove(reference);
  }

  /** A process outside of the engine listens on a port, e.g. `tcp/8080`. */
  occupyPort(port: string): void {
    this.#daemon.occupiedPorts.add(port);
  }

  releasePort(port: string): void {
    this.#daemon.occupiedPorts.delete(port);
  }
}
