import { expect } from 'chai';
import type { Engine } from '../../src/engine/port.ts';
import type {
  ContainerCreateBody,
  ContainerInspect,
  EndpointSettings,
  HostConfig,
  NetworkCreateBody,
  NetworkInspect,
} from '../../src/engine/wire.ts';

/** The engine under contract, with what a test needs besides the port. */
export interface ContractSubject {
  readonly engine: Engine;
  /** Reference of an image with busybox's `sleep`, `sh`, `true` and `false`. */
  readonly image: string;
  /** Untags an image that a test built. */
  removeImage(reference: string): Promise<void>;
  close(): void;
}

/** Runs for ever and ignores SIGTERM, as most first processes do. */
export const SLEEP = ['sleep', '600'];

/** Objects of one test: uniquely named, removed afterwards whatever happened. */
export class Scratch {
  readonly engine: Engine;
  readonly image: string;
  readonly subject: ContractSubject;
  readonly #prefix: string;
  #count = 0;
  readonly #containers: string[] = [];
  readonly #networks: string[] = [];
  readonly #volumes: string[] = [];
  readonly #images: string[] = [];

  constructor(subject: ContractSubject, number: number) {
    this.subject = subject;
    this.engine = subject.engine;
    this.image = subject.image;
    this.#prefix = `contract-${process.pid}-${number}`;
  }

  name(word = 'x'): string {
    return `${this.#prefix}-${word}${this.#count++}`;
  }

  /** Creates a container of the busybox image; resolves to its id. */
  async create(
    body: Partial<Omit<ContainerCreateBody, 'HostConfig'>> & { HostConfig?: HostConfig } = {},
    name = this.name('c'),
  ): Promise<string> {
    this.#containers.push(name);
    const HostConfig = { ...body.HostConfig };
    return await this.engine.createContainer(name, { Image: this.image, Cmd: SLEEP, ...body, HostConfig });
  }

  /** Creates and starts. */
  async run(body: Parameters<Scratch['create']>[0] = {}, name = this.name('c')): Promise<string> {
    const id = await this.create(body, name);
    await this.engine.startContainer(id);
    return id;
  }

  /** A body's part that makes a container in one network. */
  inNetwork(network: string, endpoint: EndpointSettings = {}): Parameters<Scratch['create']>[0] {
    return {
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: endpoint } },
    };
  }

  async inspect(idOrName: string): Promise<ContainerInspect> {
    const found = await this.engine.inspectContainer(idOrName);
    if (found === undefined) throw new Error(`container ${idOrName} does not exist`);
    return found;
  }

  /** Creates a bridge network; resolves to its name. */
  async network(body: Partial<NetworkCreateBody> = {}, name = this.name('n')): Promise<string> {
    this.#networks.push(name);
    const plain = { Driver: 'bridge', Internal: false, Attachable: false, EnableIPv6: false, Options: {}, Labels: {} };
    await this.engine.createNetwork(name, { ...plain, ...body });
    return name;
  }

  async findNetwork(name: string): Promise<NetworkInspect> {
    const found = (await this.engine.listNetworks()).find((network) => network.Name === name);
    expect(found, `network ${name}`).not.to.equal(undefined);
    return found as NetworkInspect;
  }

  /** A subnet that nobody else uses, e.g. `{subnet: '10.213.7.0/24', host: (n) => '10.213.7.n'}`. */
  subnet(): { subnet: string; host: (number: number) => string } {
    const number = (process.pid * 16 + this.#count++) % (256 * 32);
    const start = `10.${200 + Math.floor(number / 256)}.${number % 256}`;
    return { subnet: `${start}.0/24`, host: (host) => `${start}.${host}` };
  }

  async volume(labels: Record<string, string> = {}, name = this.volumeName()): Promise<string> {
    await this.engine.createVolume(name, { Driver: 'local', DriverOpts: {}, Labels: labels });
    return name;
  }

  /** Name of a volume that is removed afterwards, also when the engine makes it. */
  volumeName(): string {
    const name = this.name('v');
    this.#volumes.push(name);
    return name;
  }

  /** Builds an image; resolves to reference and id. */
  async build(dockerfile: string, reference = `${this.name('i')}:1`): Promise<{ reference: string; id: string }> {
    const { Readable } = await import('node:stream');
    const { makeTar } = await import('./make-tar.ts');
    this.#images.push(reference);
    const context = Readable.from([makeTar({ Dockerfile: dockerfile, content: 'content' })]);
    const options = { tag: reference, dockerfile: 'Dockerfile', args: {}, labels: { built: 'by-contract' } };
    const id = await this.engine.buildImage(context, options);
    // By id, too: a later build may have taken the reference.
    this.#images.push(id);
    return { reference, id };
  }

  /** Also after a failed test: containers first, because they hold the others. */
  async cleanUp(): Promise<void> {
    const errors: unknown[] = [];
    const tryTo = async (work: Promise<void>): Promise<void> => {
      await work.catch((error: unknown) => errors.push(error));
    };
    const own = (await this.engine.listContainers()).filter(({ Names }) =>
      Names.some((name) => name.startsWith(`/${this.#prefix}-`)),
    );
    for (const { Id } of own) await tryTo(this.engine.removeContainer(Id, true));
    for (const { Id, Name } of await this.engine.listNetworks()) {
      if (this.#networks.includes(Name)) await tryTo(this.engine.removeNetwork(Id));
    }
    for (const name of this.#volumes) await tryTo(this.engine.removeVolume(name));
    for (const reference of this.#images) await tryTo(this.subject.removeImage(reference));
    expect(errors, 'errors while cleaning up').to.deep.equal([]);
  }
}
