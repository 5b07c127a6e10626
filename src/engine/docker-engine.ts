import type { PullAmount } from '../model/pull-amount.ts';
import type { ContainerResources } from '../model/step.ts';
import { build, type BuildOptions } from './build.ts';
import { pause } from './deadline.ts';
import { DockerReader } from './docker-reader.ts';
import { EngineError, isEngineError } from './errors.ts';
import { couldBeIdPrefix } from './image-reference.ts';
import type { Engine } from './port.ts';
import { pull } from './pull.ts';
import { describeCall, type RouteName } from './routes.ts';
import { isObject, parseObject } from './shape.ts';
import type { Answer, CallOptions, Transport } from './transport.ts';
import type { ContainerCreateBody, EndpointSettings, NetworkCreateBody, VolumeCreateBody } from './wire.ts';

/** How long a pull or a build may show no progress before it counts as failed, in milliseconds. */
export interface StallDeadlines {
  readonly stallMilliseconds: number;
  readonly buildStallMilliseconds: number;
}

/** What the engine itself needs around stopping a container for the given grace. */
const STOP_MARGIN = 15_000;

/** Between two looks at a container that is being removed. */
const REMOVAL_INTERVAL = 100;

/** A Docker Engine that can be changed. See `Engine` for what each method promises. */
export class DockerEngine extends DockerReader implements Engine {
  readonly #transport: Transport;
  readonly #stall: StallDeadlines;

  constructor(transport: Transport, stall: StallDeadlines) {
    super(transport);
    this.#transport = transport;
    this.#stall = stall;
  }

  async createNetwork(name: string, body: NetworkCreateBody): Promise<string> {
    // Without CheckDuplicate an older engine makes a second network of the same name.
    const request = { ...body, Name: name, CheckDuplicate: true };
    return createdId(await this.#transport.call('createNetwork', { body: request }));
  }

  async removeNetwork(id: string): Promise<void> {
    await this.#onNetwork('removeNetwork', id, { accept: [404] });
  }

  async connectNetwork(network: string, container: string, endpoint: EndpointSettings): Promise<void> {
    const body = { Container: await this.#container('connectNetwork', container), EndpointConfig: endpoint };
    await this.#onNetwork('connectNetwork', network, { body });
  }

  async disconnectNetwork(network: string, container: string): Promise<void> {
    const id = await this.#exactContainer(container);
    if (id === undefined) return;
    try {
      await this.#onNetwork('disconnectNetwork', network, { body: { Container: id, Force: true }, accept: [404] });
    } catch (error) {
      if (!isEngineError(error) || !/is not connected to/.test(error.detail)) throw error;
    }
  }

  async createVolume(name: string, body: VolumeCreateBody): Promise<void> {
    await this.#transport.call('createVolume', { body: { ...body, Name: name } });
  }

  async removeVolume(name: string): Promise<void> {
    await this.#transport.call('removeVolume', { target: name, accept: [404] });
  }

  async pullImage(reference: string, onProgress: (text: string, amount?: PullAmount) => void = ignore): Promise<void> {
    await pull(this.#transport, reference, this.#stall.stallMilliseconds, onProgress);
    if ((await this.inspectImage(reference)) !== undefined) return;
    const detail = `${reference}: the engine said that it pulled it, but it is not there; is something removing images?`;
    throw new EngineError('IMAGE_UNAVAILABLE', 'POST /images/create', detail);
  }

  async buildImage(
    context: NodeJS.ReadableStream,
    options: BuildOptions,
    onProgress: (text: string) => void = ignore,
  ): Promise<string> {
    const said = await build(this.#transport, context, options, this.#stall.buildStallMilliseconds, onProgress);
    const image = await this.inspectImage(said ?? options.tag);
    if (image !== undefined) return image.Id;
    const detail = `${options.tag}: the engine said that it built it, but it is not there`;
    throw new EngineError('BUILD_FAILED', 'POST /build', detail);
  }

  async createContainer(name: string, body: ContainerCreateBody): Promise<string> {
    return createdId(await this.#transport.call('createContainer', { query: { name }, body, ...this.#slow() }));
  }

  async startContainer(container: string): Promise<void> {
    await this.#onContainer('startContainer', container, { accept: [304], ...this.#slow() });
  }

  async stopContainer(container: string, graceSeconds: number): Promise<void> {
    const id = await this.#exactContainer(container);
    if (id === undefined) return;
    await this.#transport.call('stopContainer', {
      target: id,
      accept: [304, 404],
      ...gracious(graceSeconds, STOP_MARGIN),
    });
  }

  async restartContainer(container: string, graceSeconds: number): Promise<void> {
    const margin = STOP_MARGIN + this.#transport.defaultDeadline;
    await this.#onContainer('restartContainer', container, gracious(graceSeconds, margin));
  }

  async pauseContainer(container: string): Promise<void> {
    await this.#onContainer('pauseContainer', container);
  }

  async unpauseContainer(container: string): Promise<void> {
    await this.#onContainer('unpauseContainer', container);
  }

  async signalContainer(container: string, signal: string): Promise<void> {
    await this.#onContainer('signalContainer', container, { query: { signal } });
  }

  async renameContainer(container: string, name: string): Promise<void> {
    await this.#onContainer('renameContainer', container, { query: { name } });
  }

  async updateContainer(container: string, resources: ContainerResources): Promise<void> {
    // The engine answers an empty update with 500.
    if (Object.keys(resources).length === 0) return;
    await this.#onContainer('updateContainer', container, { body: resources });
  }

  async removeContainer(container: string, removeAnonymousVolumes: boolean): Promise<void> {
    const id = await this.#exactContainer(container);
    if (id === undefined) return;
    const query = { force: 1, v: removeAnonymousVolumes ? 1 : 0 };
    const limit = performance.now() + this.#slow().deadlineMilliseconds;
    try {
      await this.#transport.call('removeContainer', { target: id, query, accept: [404], ...this.#slow() });
    } catch (error) {
      if (!isEngineError(error, 'ENGINE_CONFLICT') || !/already in progress/.test(error.detail)) throw error;
      await this.#waitUntilGone(id, limit);
    }
  }

  async waitContainer(containerId: string, milliseconds: number): Promise<number> {
    const { body, call } = await this.#onContainer('waitContainer', containerId, {
      deadlineMilliseconds: milliseconds,
    });
    const result = parseObject<{ StatusCode?: unknown; Error?: unknown }>(body, call);
    if (isObject(result.Error) && typeof result.Error['Message'] === 'string' && result.Error['Message'] !== '') {
      throw new EngineError('ENGINE_FAULT', call, result.Error['Message']);
    }
    if (typeof result.StatusCode !== 'number') throw new EngineError('ENGINE_GARBAGE', call, 'no exit code');
    return result.StatusCode;
  }

  async #waitUntilGone(container: string, limit: number): Promise<void> {
    while ((await this.inspectContainer(container)) !== undefined) {
      if (performance.now() > limit) {
        const detail = 'its removal was already in progress and has not ended';
        throw new EngineError('ENGINE_DEADLINE', `DELETE /containers/${container}`, detail);
      }
      await pause(REMOVAL_INTERVAL);
    }
  }

  async #onContainer(route: RouteName, container: string, options: CallOptions = {}): Promise<Answer> {
    return await this.#transport.call(route, { ...options, target: await this.#container(route, container) });
  }

  async #container(route: RouteName, container: string): Promise<string> {
    const id = await this.#exactContainer(container);
    if (id !== undefined) return id;
    throw new EngineError('ENGINE_NOT_FOUND', describeCall(route, container), `no such container: ${container}`);
  }

  /**
   * What to call a container so that no other one is meant. A name of few hexadecimal digits (`cafe`) that does not
   * exist would make the engine take any container whose id begins so.
   */
  async #exactContainer(container: string): Promise<string | undefined> {
    return couldBeIdPrefix(container) ? (await this.inspectContainer(container))?.Id : container;
  }

  async #onNetwork(route: RouteName, network: string, options: CallOptions): Promise<void> {
    const target = couldBeIdPrefix(network) ? await this.networkId(network) : network;
    if (target !== undefined) await this.#transport.call(route, { ...options, target });
    else if (options.accept?.includes(404) !== true) {
      throw new EngineError('ENGINE_NOT_FOUND', describeCall(route, network), `no such network: ${network}`);
    }
  }

  /** Creating, starting and removing wait for disks and registries of addresses: twice the time of a question. */
  #slow(): { deadlineMilliseconds: number } {
    return { deadlineMilliseconds: 2 * this.#transport.defaultDeadline };
  }
}

function gracious(graceSeconds: number, margin: number): CallOptions {
  return { query: { t: graceSeconds }, deadlineMilliseconds: graceSeconds * 1000 + margin };
}

function createdId({ body, call }: Answer): string {
  return parseObject<{ Id: string }>(body, call, 'Id').Id;
}

function ignore(): void {
  // Nobody wants to know.
}
