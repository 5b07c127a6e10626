import { EngineError } from '../../src/engine/errors.ts';
import type { Engine } from '../../src/engine/port.ts';
import type {
  ContainerCreateBody,
  ContainerInspect,
  ContainerSummary,
  EndpointSettings,
  EngineEvent,
  ImageInspect,
  NetworkCreateBody,
  NetworkInspect,
  VolumeCreateBody,
  VolumeInspect,
} from '../../src/engine/wire.ts';
import type { EngineFacts } from '../../src/model/observed.ts';
import type { ObservedMemory } from '../../src/model/observed-services.ts';
import type { ContainerResources } from '../../src/model/step.ts';
import { buildImage, type BuildRequest } from './fake-engine/build.ts';
import { FakeClient, type Faults } from './fake-engine/client.ts';
import { createContainer, renameContainer } from './fake-engine/create.ts';
import { FakeDaemon, type DaemonOptions } from './fake-engine/daemon.ts';
import { connect, disconnect } from './fake-engine/endpoints.ts';
import { kill, pause, remove, restart, start, stop, unpause } from './fake-engine/lifecycle.ts';
import { ensureVolume, removeVolume } from './fake-engine/mounts.ts';
import { createNetwork, findNetwork, removeNetwork } from './fake-engine/networks.ts';
import { Outside } from './fake-engine/outside.ts';
import { Refusal, refuse } from './fake-engine/refusal.ts';
import { summary } from './fake-engine/summary.ts';
import { updateContainer } from './fake-engine/update.ts';
import { objectEvent } from './fake-engine/world.ts';

export type FakeEngineOptions = ({ readonly daemon: FakeDaemon } | DaemonOptions) & { readonly faults?: Faults };

/** A client of a `FakeDaemon`: the port as the Docker adapter keeps it, in memory. See test/contract. */
export class FakeEngine extends FakeClient implements Engine {
  readonly daemon: FakeDaemon;
  /** Somebody else at the same engine. */
  readonly outside: Outside;

  constructor(options: FakeEngineOptions) {
    super(options.faults);
    this.daemon = 'daemon' in options ? options.daemon : new FakeDaemon(options);
    this.outside = new Outside(this.daemon);
  }

  /** See `EventHub.drops`. */
  set dropEvents(drops: (event: EngineEvent) => boolean) {
    this.daemon.events.drops = drops;
  }

  override get down(): boolean {
    return super.down;
  }

  override set down(down: boolean) {
    super.down = down;
    if (down) this.daemon.events.breakStreams();
  }

  addImage(...args: Parameters<FakeDaemon['addImage']>): ReturnType<FakeDaemon['addImage']> {
    return this.daemon.addImage(...args);
  }

  facts(): Promise<EngineFacts> {
    return this.call('facts', [], undefined, () => this.daemon.facts);
  }

  listContainers(): Promise<ContainerSummary[]> {
    // Newest first, as the engine lists.
    return this.call('listContainers', [], undefined, () =>
      [...this.daemon.containers.values()].map((container) => summary(this.daemon, container)).reverse(),
    );
  }

  inspectContainer(idOrName: string): Promise<ContainerInspect | undefined> {
    return this.call('inspectContainer', [idOrName], idOrName, () =>
      structuredClone(this.daemon.findContainer(idOrName)?.inspect),
    );
  }

  containerMemory(id: string): Promise<ObservedMemory | undefined> {
    return this.call('containerMemory', [id], id, () => {
      const container = this.daemon.findContainer(id);
      const limit = container?.inspect.HostConfig.Memory;
      if (container?.inspect.State.Running !== true) return undefined;
      return {
        used: container.behaviour.usesMemory ?? 1024 ** 2,
        limit: limit === undefined || limit === 0 ? 1024 ** 3 : limit,
      };
    });
  }

  listNetworks(): Promise<NetworkInspect[]> {
    return this.call('listNetworks', [], undefined, () =>
      [...this.daemon.networks.values()].map(({ inspect }) => structuredClone(inspect)),
    );
  }

  listVolumes(): Promise<VolumeInspect[]> {
    return this.call('listVolumes', [], undefined, () => structuredClone([...this.daemon.volumes.values()]));
  }

  inspectImage(reference: string): Promise<ImageInspect | undefined> {
    return this.call('inspectImage', [reference], reference, () =>
      structuredClone(this.daemon.images.find(reference)?.inspect),
    );
  }

  /** All of the output counts as said at the start. */
  logs(containerId: string, lines: number, since = 0): Promise<string> {
    return this.call('logs', [containerId, lines, since], containerId, () => {
      const { output, inspect } = this.daemon.container(containerId);
      if (Date.parse(inspect.State.StartedAt) < since) return '';
      return output
        .split(/(?<=\n)/)
        .slice(-lines)
        .join('');
    });
  }

  platforms(reference: string): Promise<string[]> {
    return this.call('platforms', [reference], reference, () => {
      return this.daemon.images.platforms(reference) ?? unavailable('GET /distribution', reference);
    });
  }

  async *events(signal: AbortSignal, connected: () => void): AsyncGenerator<EngineEvent> {
    await this.call('events', [], undefined, () => {});
    yield* this.daemon.events.stream(signal, connected);
  }

  createNetwork(name: string, body: NetworkCreateBody): Promise<string> {
    return this.call('createNetwork', [name, body], undefined, () => createNetwork(this.daemon, name, body));
  }

  removeNetwork(id: string): Promise<void> {
    return this.call('removeNetwork', [id], id, () => {
      if (findNetwork(this.daemon, id)) removeNetwork(this.daemon, id);
    });
  }

  connectNetwork(network: string, container: string, endpoint: EndpointSettings): Promise<void> {
    return this.call('connectNetwork', [network, container, endpoint], network, () => {
      connect(this.daemon, network, this.daemon.container(container), endpoint);
    });
  }

  disconnectNetwork(network: string, container: string): Promise<void> {
    return this.call('disconnectNetwork', [network, container], network, () => {
      const found = this.daemon.findContainer(container);
      try {
        if (found) disconnect(this.daemon, network, found);
      } catch (error) {
        if (!(error instanceof Refusal) || !error.message.includes('is not connected to')) throw error;
      }
    });
  }

  createVolume(name: string, body: VolumeCreateBody): Promise<void> {
    return this.call('createVolume', [name, body], undefined, () => {
      if (body.Driver !== 'local' && body.Driver !== '') {
        const plugin = `plugin "${body.Driver}" not found`;
        refuse(404, `create ${name}: error looking up volume plugin ${body.Driver}: ${plugin}`);
      }
      ensureVolume(this.daemon, name, { Options: body.DriverOpts ?? {}, Labels: body.Labels ?? {} });
    });
  }

  removeVolume(name: string): Promise<void> {
    return this.call('removeVolume', [name], name, () => {
      if (this.daemon.volumes.has(name)) removeVolume(this.daemon, name);
    });
  }

  pullImage(reference: string, onProgress: (text: string) => void = () => {}): Promise<void> {
    return this.call('pullImage', [reference], undefined, () => {
      if (!this.daemon.images.pull(reference)) unavailable('POST /images/create', reference);
      onProgress('Pull complete');
      objectEvent(this.daemon, 'image', 'pull', reference, { name: reference });
    });
  }

  async buildImage(
    context: NodeJS.ReadableStream,
    options: BuildRequest,
    onProgress: (text: string) => void = () => {},
  ): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of context) chunks.push(Buffer.from(chunk));
    return await this.call('buildImage', [options], undefined, () => {
      onProgress('Step 1');
      try {
        return buildImage(this.daemon, Buffer.concat(chunks), options);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        throw new EngineError('BUILD_FAILED', 'POST /build', `${options.tag}: ${error.message}`);
      }
    });
  }

  createContainer(name: string, body: ContainerCreateBody): Promise<string> {
    return this.call('createContainer', [name, body], undefined, () => createContainer(this.daemon, name, body));
  }

  startContainer(container: string): Promise<void> {
    return this.call('startContainer', [container], container, () => {
      start(this.daemon, this.daemon.container(container));
    });
  }

  stopContainer(container: string, graceSeconds: number): Promise<void> {
    return this.call('stopContainer', [container, graceSeconds], container, () => {
      const found = this.daemon.findContainer(container);
      if (found) stop(this.daemon, found);
    });
  }

  restartContainer(container: string, graceSeconds: number): Promise<void> {
    return this.call('restartContainer', [container, graceSeconds], container, () => {
      restart(this.daemon, this.daemon.container(container));
    });
  }

  pauseContainer(container: string): Promise<void> {
    return this.call('pauseContainer', [container], container, () => {
      pause(this.daemon, this.daemon.container(container));
    });
  }

  unpauseContainer(container: string): Promise<void> {
    return this.call('unpauseContainer', [container], container, () => {
      unpause(this.daemon, this.daemon.container(container));
    });
  }

  signalContainer(container: string, signal: string): Promise<void> {
    return this.call('signalContainer', [container, signal], container, () => {
      kill(this.daemon, this.daemon.container(container), signal);
    });
  }

  renameContainer(container: string, name: string): Promise<void> {
    return this.call('renameContainer', [container, name], container, () => {
      renameContainer(this.daemon, this.daemon.container(container), name);
    });
  }

  updateContainer(container: string, resources: ContainerResources): Promise<void> {
    return this.call('updateContainer', [container, resources], container, () => {
      if (Object.keys(resources).length > 0) {
        updateContainer(this.daemon, this.daemon.container(container), resources);
      }
    });
  }

  removeContainer(container: string, removeAnonymousVolumes: boolean): Promise<void> {
    return this.call('removeContainer', [container, removeAnonymousVolumes], container, () => {
      const found = this.daemon.findContainer(container);
      if (found) remove(this.daemon, found, removeAnonymousVolumes);
    });
  }

  async waitContainer(containerId: string, milliseconds: number): Promise<number> {
    const wait = await this.call('waitContainer', [containerId, milliseconds], containerId, () => {
      const { inspect, waiters } = this.daemon.container(containerId);
      if (!inspect.State.Running) return { code: Promise.resolve(inspect.State.ExitCode) };
      const code = new Promise<number>((resolve, reject) => {
        const cancel = this.daemon.clock.after(milliseconds, () => {
          const detail = `still running after ${milliseconds} ms`;
          reject(new EngineError('ENGINE_DEADLINE', `POST /containers/${containerId}/wait`, detail));
        });
        waiters.push((exitCode) => {
          cancel();
          resolve(exitCode);
        });
      });
      return { code };
    });
    return await wait.code;
  }
}

function unavailable(call: string, reference: string): never {
  throw new EngineError('IMAGE_UNAVAILABLE', call, `${reference}: the fake registry does not have it`);
}
