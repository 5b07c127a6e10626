import type { EngineFacts } from '../model/observed.ts';
import type { ObservedMemory } from '../model/observed-services.ts';
import { containerMemory } from './container-memory.ts';
import { EngineError, isEngineError } from './errors.ts';
import { readEvents } from './events.ts';
import { couldBeIdPrefix } from './image-reference.ts';
import { readLogs } from './logs.ts';
import { parseJson } from './ndjson.ts';
import type { EngineReader } from './port.ts';
import { registryRefusal } from './pull.ts';
import { isObject, parseList, parseObject } from './shape.ts';
import type { Answer, ReadTransport } from './transport.ts';
import type {
  ContainerInspect,
  ContainerStats,
  ContainerSummary,
  EngineEvent,
  ImageInspect,
  NetworkInspect,
  VolumeInspect,
} from './wire.ts';

const NOT_FOUND = { accept: [404] };

/** The reading half of a Docker Engine. Its transport can send reads only, by type and at runtime. */
export class DockerReader implements EngineReader {
  readonly #transport: ReadTransport;

  constructor(transport: ReadTransport) {
    this.#transport = transport;
  }

  async facts(): Promise<EngineFacts> {
    const [version, info] = await Promise.all([this.#transport.call('version'), this.#transport.call('info')]);
    type Versions = { Version: string; ApiVersion: string; Os: string; Arch: string };
    type Info = { CgroupVersion?: string; LoggingDriver: string; DefaultRuntime: string };
    const versions = parseObject<Versions>(version.body, version.call, 'Version', 'ApiVersion', 'Os', 'Arch');
    const facts = parseObject<Info>(info.body, info.call, 'LoggingDriver', 'DefaultRuntime');
    return {
      version: versions.Version,
      apiVersion: versions.ApiVersion,
      platform: `${versions.Os}/${versions.Arch}`,
      cgroupVersion: facts.CgroupVersion === '2' ? '2' : '1',
      loggingDriver: facts.LoggingDriver,
      defaultRuntime: facts.DefaultRuntime,
    };
  }

  async listContainers(): Promise<ContainerSummary[]> {
    const { body, call } = await this.#transport.call('listContainers', { query: { all: 1 } });
    return parseList<ContainerSummary>(parseJson(body.toString(), call), call, 'Id', 'State');
  }

  async inspectContainer(idOrName: string): Promise<ContainerInspect | undefined> {
    const name = withoutSlash(idOrName);
    const found = parseFound<ContainerInspect>(
      await this.#transport.call('inspectContainer', { target: name, ...NOT_FOUND }),
    );
    // The engine also finds a container by the beginning of its id.
    return found !== undefined && (found.Id === name || found.Name === `/${name}`) ? found : undefined;
  }

  async containerMemory(id: string): Promise<ObservedMemory | undefined> {
    const query = { stream: 0, 'one-shot': 1 };
    const answer = await this.#transport.call('containerStats', { target: id, query, ...NOT_FOUND });
    if (answer.statusCode === 404) return undefined;
    return containerMemory(parseObject<ContainerStats>(answer.body, answer.call));
  }

  async listNetworks(): Promise<NetworkInspect[]> {
    const { body, call } = await this.#transport.call('listNetworks');
    return parseList<NetworkInspect>(parseJson(body.toString(), call), call, 'Id', 'Name');
  }

  async listVolumes(): Promise<VolumeInspect[]> {
    const { body, call } = await this.#transport.call('listVolumes');
    // The engine writes null for none.
    const volumes = parseObject<{ Volumes: unknown }>(body, call).Volumes ?? [];
    return parseList<VolumeInspect>(volumes, call, 'Name');
  }

  async inspectImage(referenceOrId: string): Promise<ImageInspect | undefined> {
    const found = parseFound<ImageInspect>(
      await this.#transport.call('inspectImage', { target: referenceOrId, ...NOT_FOUND }),
    );
    if (found === undefined || !couldBeIdPrefix(referenceOrId)) return found;
    // Not by the beginning of an id: then the text must be the name of a repository.
    return found.RepoTags?.includes(`${referenceOrId}:latest`) === true ? found : undefined;
  }

  async logs(containerId: string, lines: number, since?: number): Promise<string> {
    return await readLogs(this.#transport, containerId, lines, since);
  }

  async platforms(reference: string): Promise<string[]> {
    const answer = await this.#transport.call('inspectDistribution', { target: reference }).catch((error: unknown) => {
      throw registryRefusal(error, reference);
    });
    const { body, call } = answer;
    const { Platforms } = parseObject<{ Platforms?: unknown }>(body, call);
    type Platform = { os: string; architecture: string; variant?: string };
    return parseList<Platform>(Platforms ?? [], call, 'os', 'architecture').map(({ os, architecture, variant }) =>
      variant === undefined || variant === '' ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`,
    );
  }

  events(signal: AbortSignal, connected: () => void): AsyncIterable<EngineEvent> {
    return readEvents(this.#transport, signal, connected);
  }

  /** Ends every call and drops every connection. */
  close(): void {
    this.#transport.close();
  }

  /**
   * Id of a network by its full id or exact name; undefined when there is none. Others whose id begins so do not
   * count.
   */
  protected async networkId(idOrName: string): Promise<string | undefined> {
    const found = parseFound<NetworkInspect>(
      await this.#transport.call('inspectNetwork', { target: idOrName, ...NOT_FOUND }),
    );
    return found !== undefined && (found.Id === idOrName || found.Name === idOrName) ? found.Id : undefined;
  }
}

function parseFound<T extends { Id: string }>({ statusCode, body, call }: Answer): T | undefined {
  if (statusCode !== 404) return parseObject<{ Id: string }>(body, call, 'Id') as T;
  // A 404 that is not the engine's own (a proxy, another server) must not read as "does not exist": that would make
  // the operator create what is there.
  const message = readable(body, call);
  if (isObject(message) && typeof message['message'] === 'string') return undefined;
  throw new EngineError('ENGINE_GARBAGE', call, "a 404 without the engine's message; is this a Docker Engine?");
}

function readable(body: Buffer, call: string): unknown {
  try {
    return parseJson(body.toString(), call);
  } catch (error) {
    if (isEngineError(error, 'ENGINE_GARBAGE')) return undefined;
    throw error;
  }
}

function withoutSlash(name: string): string {
  return name.startsWith('/') ? name.slice(1) : name;
}
