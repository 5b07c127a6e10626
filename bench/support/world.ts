import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Docker from 'dockerode';
import { stringify } from 'yaml';
import type { Settings } from '../../src/cli/arguments.ts';
import { LABEL } from '../../src/model/labels.ts';
import { createLimiter } from '../../src/model/limiter.ts';
import { DesiredDirectory, manifest, type Manifest } from '../../test/support/desired-directory.ts';

const EXECUTABLE = fileURLToPath(new URL('../../bin/bastion', import.meta.url));
const BENCH_LABEL = 'bastion-bench';
/** What every container of every contestant runs. */
const COMMAND = ['sleep', '86400'];
const MEMORY = 32 * 1024 * 1024;

/**
 * A desired state of so many containers on one network, the same for Compose, and all directories. `close` removes all
 * that was made of it, on the engine too.
 */
export class World {
  readonly name: string;
  readonly directory: string;
  readonly host: string;
  readonly docker: Docker;
  readonly network: string;
  readonly #image: string;
  readonly #desired: DesiredDirectory;
  #count = 0;

  constructor(short: string, host: string, image: string) {
    this.directory = realpathSync(mkdtempSync(join(tmpdir(), `bastion-bench-${short}-`)));
    this.name = `bench-${short}-${this.directory.slice(-6).toLowerCase()}`;
    this.network = `${this.name}-net`;
    this.host = host;
    this.#image = image;
    const url = new URL(host);
    this.docker = new Docker(
      url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port },
    );
    this.#desired = new DesiredDirectory(join(this.directory, 'desired'));
    for (const each of ['gates', 'hold', 'state', 'compose']) mkdirSync(join(this.directory, each));
    this.#desired.write('00-bastion.yaml', manifest('Bastion', this.name, { allowedRoots: [this.directory] }));
    this.#desired.write('10-network.yaml', manifest('Network', this.network));
  }

  container(index: number): string {
    return `${this.name}-${String(index).padStart(3, '0')}`;
  }

  /** Desired state and Compose file for so many containers; a file for each in the desired state. */
  want(count: number): void {
    this.#count = count;
    const spec = { image: this.#image, command: COMMAND, mem_limit: '32m', stop_grace_period: '0s' };
    const services: Record<string, object> = {};
    for (let index = 1; index <= count; index++) {
      const name = this.container(index);
      this.#desired.write(`20-${name}.yaml`, manifest('Container', name, { ...spec, networks: [this.network] }));
      services[serviceName(index)] = spec;
    }
    const file = join(this.directory, 'compose', 'docker-compose.yml');
    writeFileSync(file, stringify({ version: '2.4', services }));
  }

  /** More desired state, for the operator alone. */
  declare(file: string, ...manifests: readonly Manifest[]): void {
    this.#desired.write(file, ...manifests);
  }

  /** Names of the Compose file's services in groups of so many. */
  composeServices(groupSize: number): string[][] {
    const groups = Array.from({ length: Math.ceil(this.#count / groupSize) }, (_, group) => group * groupSize);
    return groups.map((first) =>
      Array.from({ length: Math.min(groupSize, this.#count - first) }, (_, index) => serviceName(first + index + 1)),
    );
  }

  /** Body of the same container for raw calls. */
  body(labels: Record<string, string> = {}): Docker.ContainerCreateOptions {
    return {
      Image: this.#image,
      Cmd: COMMAND,
      StopTimeout: 0,
      Labels: { ...this.labels, ...labels },
      HostConfig: { Memory: MEMORY, NetworkMode: this.network },
      NetworkingConfig: { EndpointsConfig: { [this.network]: {} } },
    };
  }

  networkBody(): Docker.NetworkCreateOptions {
    return { Name: this.network, CheckDuplicate: true, Labels: this.labels };
  }

  get settings(): Settings {
    return {
      desiredDirectory: this.#desired.path,
      gatesDirectory: join(this.directory, 'gates'),
      holdDirectory: join(this.directory, 'hold'),
      stateDirectory: join(this.directory, 'state'),
      notifyCommands: join(this.directory, 'notify'),
      root: '',
      dockerHost: this.host,
      strictGates: false,
      allowExceptions: [],
      configFile: undefined,
      given: {},
      json: false,
      levels: false,
      noColor: true,
      listen: 'none',
      tlsCert: undefined,
      tlsKey: undefined,
      tlsClientCa: undefined,
      checkSchedule: '*/5 * * * *',
      log: 'text',
      verbose: false,
      limit: '',
      to: '',
      backup: '',
      only: '',
      push: {
        socket: undefined,
        group: '',
        repository: '',
        releases: '',
        branch: '',
        keep: 0,
        allowForcePush: false,
        allowedSigners: undefined,
        keyring: undefined,
        followMilliseconds: 0,
      },
    };
  }

  /** A bastion command of the build. */
  command(name: string, ...flags: readonly string[]): string[] {
    const { desiredDirectory, gatesDirectory, holdDirectory, stateDirectory } = this.settings;
    const places = {
      'desired-state': desiredDirectory,
      gates: gatesDirectory,
      hold: holdDirectory,
      state: stateDirectory,
    };
    const paths = Object.entries(places).flatMap(([flag, path]) => [`--${flag}`, path]);
    return [EXECUTABLE, name, ...paths, '--docker', this.host, ...flags];
  }

  /** What an object of this world carries on the engine, so that it goes with it. */
  get labels(): Readonly<Record<string, string>> {
    return { [BENCH_LABEL]: this.name };
  }

  /** `docker-compose ...` for the same set, and where to run it. */
  get compose(): { command: string[]; cwd: string } {
    return { command: ['docker-compose', '-p', `${this.name}-compose`], cwd: join(this.directory, 'compose') };
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, DOCKER_HOST: this.host, NO_COLOR: '1' };
  }

  /** Removes what this world, or only one of its contestants, has on the engine. */
  async clear(labels: readonly string[] = this.#labels()): Promise<void> {
    const limit = createLimiter(4);
    // All containers first: those of one contestant may be in a network of another.
    for (const label of labels) {
      const containers = await this.docker.listContainers({ all: true, filters: { label: [label] } });
      await Promise.all(
        containers.map(({ Id }) =>
          limit(() => this.docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessGone)),
        ),
      );
    }
    for (const label of labels) {
      const networks = await this.docker.listNetworks({ filters: { label: [label] } });
      for (const { Id } of networks) await this.docker.getNetwork(Id).remove().catch(unlessGone);
    }
  }

  clearCompose(): Promise<void> {
    return this.clear([`com.docker.compose.project=${this.name}-compose`]);
  }

  /** As if the operator had never run here. */
  forgetState(): void {
    const { stateDirectory } = this.settings;
    rmSync(stateDirectory, { recursive: true, force: true });
    mkdirSync(stateDirectory);
  }

  async close(): Promise<void> {
    await this.clear();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #labels(): string[] {
    return [
      `${LABEL.instance}=${this.name}`,
      `${BENCH_LABEL}=${this.name}`,
      `com.docker.compose.project=${this.name}-compose`,
    ];
  }
}

/** Gone already, or on its way because an interrupted part cleans up too. */
function unlessGone(error: unknown): void {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (status !== 404 && status !== 409) throw error;
}

function serviceName(index: number): string {
  return `c${String(index).padStart(3, '0')}`;
}
