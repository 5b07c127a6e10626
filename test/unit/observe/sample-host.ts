import type { EngineReader } from '../../../src/engine/port.ts';
import type {
  ContainerInspect,
  ContainerSummary,
  ImageInspect,
  NetworkInspect,
  VolumeInspect,
} from '../../../src/engine/wire.ts';
import { LABEL } from '../../../src/model/labels.ts';
import type { DesiredState, Resource } from '../../../src/model/resource.ts';
import { stubEngine } from '../../support/stub-engine.ts';

/** An engine's content that a test may change behind the observer's back, and the calls that were made. */
export class SampleHost {
  readonly containers = new Map<string, ContainerInspect>();
  networks: NetworkInspect[] = [];
  volumes: VolumeInspect[] = [];
  readonly images = new Map<string, ImageInspect>();
  readonly calls: string[] = [];
  /** What happens right after an inspect was answered; may throw, then the inspect fails. */
  onInspect: (id: string) => void = () => undefined;
  /** Every list shows another uptime. */
  #minutes = 0;
  readonly engine: EngineReader = stubEngine({
    facts: () =>
      this.#said('facts', {
        version: '20.10.24',
        apiVersion: '1.41',
        platform: 'linux/amd64',
        cgroupVersion: '1' as const,
        loggingDriver: 'json-file',
        defaultRuntime: 'runc',
      }),
    listContainers: () =>
      this.#said(
        'listContainers',
        [...this.containers.values()].map((one) => summaryOf(one, ++this.#minutes)),
      ),
    inspectContainer: async (id) => {
      const answer = await this.#said(`inspectContainer ${id}`, this.containers.get(id));
      this.onInspect(id);
      return answer;
    },
    listNetworks: () => this.#said('listNetworks', this.networks),
    listVolumes: () => this.#said('listVolumes', this.volumes),
    inspectImage: (name) => this.#said(`inspectImage ${name}`, this.images.get(name)),
  });

  /** Calls since the last question. */
  takeCalls(): string[] {
    return this.calls.splice(0).sort();
  }

  #said<T>(call: string, answer: T): Promise<T> {
    this.calls.push(call);
    return Promise.resolve(structuredClone(answer));
  }
}

export function ownedLabels(key: string, instance = 'home'): Record<string, string> {
  return { [LABEL.instance]: instance, [LABEL.key]: key, [LABEL.specHash]: 'v1:aa' };
}

export function containerInspect(id: string, name: string, labels: Record<string, string> = {}): ContainerInspect {
  return {
    Id: id,
    Name: `/${name}`,
    Created: '2026-01-01T00:00:00.123456789Z',
    Image: 'sha256:busybox',
    RestartCount: 0,
    State: {
      Status: 'running',
      Running: true,
      Paused: false,
      ExitCode: 0,
      Error: '',
      StartedAt: '2026-01-01T00:00:01.5Z',
      FinishedAt: '0001-01-01T00:00:00Z',
    },
    Config: { Image: 'busybox:1', Labels: labels },
    HostConfig: { NetworkMode: 'default', Memory: 1000 },
    Mounts: [],
    NetworkSettings: { Networks: { bridge: { NetworkID: 'net0', IPAddress: '172.17.0.2' } } },
  };
}

export function networkInspect(id: string, name: string, extra: Partial<NetworkInspect> = {}): NetworkInspect {
  return {
    Id: id,
    Name: name,
    Created: '2026-01-01T00:00:00Z',
    Driver: 'bridge',
    Internal: false,
    Attachable: false,
    EnableIPv6: false,
    IPAM: { Driver: 'default', Options: {}, Config: [{ Subnet: '172.20.0.0/16', Gateway: '172.20.0.1' }] },
    Options: {},
    Labels: {},
    ...extra,
  };
}

export function imageInspect(id: string): ImageInspect {
  return { Id: id, RepoDigests: [], Architecture: 'amd64', Os: 'linux', Config: { Env: ['PATH=/bin'] } };
}

/** The parts of a resource that observing looks at. */
export function resource(kind: string, name: string, spec: object = {}): Resource {
  return { kind, name, key: `${kind}/${name}`, spec } as Resource;
}

export function desiredState(...resources: Resource[]): DesiredState {
  return { instance: 'home', resources } as unknown as DesiredState;
}

function summaryOf(inspect: ContainerInspect, minutes: number): ContainerSummary {
  const { State } = inspect;
  const words = State.Health === undefined ? '' : ` (${State.Health.Status})`;
  return {
    Id: inspect.Id,
    Names: [inspect.Name],
    Image: inspect.Config.Image ?? '',
    ImageID: inspect.Image,
    State: State.Status,
    Status: State.Running ? `Up ${minutes} minutes${words}` : `Exited (${State.ExitCode}) ${minutes} minutes ago`,
    Created: Date.parse(inspect.Created) / 1000,
    Labels: inspect.Config.Labels ?? {},
    NetworkSettings: { Networks: inspect.NetworkSettings.Networks ?? {} },
  };
}
