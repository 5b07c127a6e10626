import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../../scripts/support/run-command.ts';
import { loadDesiredState } from '../../src/desired/load.ts';
import type { FileSpec } from '../../src/model/file-specs.ts';
import type { ImageAvailability } from '../../test/images/ensure-images.ts';
import { manifest, type Manifest } from '../../test/support/desired-directory.ts';
import { freeSubnet } from '../../test/support/free-subnet.ts';
import type { World } from './world.ts';

/** A world with one Prometheus of the stack, whose desired state is a git repository with a commit for each interval. */
export class ReloadWorld {
  readonly #world: World;
  readonly #prometheus: ImageAvailability;
  readonly #subnet: string;
  readonly #root: string;

  private constructor(world: World, prometheus: ImageAvailability, subnet: string) {
    this.#world = world;
    this.#prometheus = prometheus;
    this.#subnet = subnet;
    this.#root = join(world.directory, 'root');
    for (const each of ['core', 'pki']) mkdirSync(join(this.#root, each), { recursive: true });
  }

  /** With a tag for every scrape interval; the last one is checked out. */
  static async make(world: World, prometheus: ImageAvailability, intervals: readonly string[]): Promise<ReloadWorld> {
    const made = new ReloadWorld(world, prometheus, freeSubnet(await world.docker.listNetworks(), Math.random()));
    world.want(0);
    await made.#git('init', '-q');
    for (const interval of intervals) {
      made.#declare(interval);
      await made.#git('add', '-A');
      const person = ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org'];
      await made.#git(...person, 'commit', '-q', '-m', `every ${interval}`);
      await made.#git('tag', interval);
    }
    return made;
  }

  get name(): string {
    return `${this.#world.name}-prometheus`;
  }

  /** Host name of the Prometheus. */
  get host(): string {
    return 'prometheus.lab';
  }

  /** Directory of what the operator presents to it. */
  get identity(): string {
    return join(this.#root, 'pki/live/operator');
  }

  directory(what: 'config' | 'data'): string {
    return join(this.#root, 'core', this.name, what);
  }

  /** What ends a push: the work tree becomes that of another commit. */
  checkOut(interval: string): Promise<void> {
    return this.#git('checkout', '-q', interval);
  }

  /** The address of the container in the monitoring network. */
  async address(): Promise<string> {
    const { NetworkSettings } = await this.#world.docker.getContainer(this.name).inspect();
    return NetworkSettings.Networks[this.#network('monitoring')]?.IPAddress ?? '';
  }

  /** The file whose line changes, as it is wanted now. */
  async wanted(): Promise<FileSpec> {
    const { resources } = await loadDesiredState({ directory: this.#world.settings.desiredDirectory, root: '' });
    const files = resources.filter((resource) => resource.kind === 'File').map(({ spec }) => spec);
    const found = files.find(({ path }) => path.endsWith('/prometheus.yml'));
    if (found === undefined) throw new Error('nothing renders prometheus.yml');
    return found;
  }

  #declare(interval: string): void {
    this.#world.declare('00-bastion.yaml', this.#bastion());
    this.#world.declare('10-authority.yaml', manifest('CertificateAuthority', 'lab', { create: true }));
    const spec = { hostname: 'prometheus', scrapeInterval: interval };
    this.#world.declare('20-prometheus.yaml', manifest('Prometheus', this.name, spec));
  }

  #bastion(): Manifest {
    const { upstream, reference } = this.#prometheus;
    return manifest('Bastion', this.#world.name, {
      images: { [upstream]: reference },
      allowedRoots: [this.#world.directory],
      dataDirectory: join(this.#root, 'core'),
      pkiDirectory: join(this.#root, 'pki'),
      monitoringSubnet: this.#subnet,
      networks: {
        monitoring: this.#network('monitoring'),
        grafana: this.#network('grafana'),
        edge: this.#network('edge'),
      },
    });
  }

  #network(which: string): string {
    return `${this.#world.name}-${which}`;
  }

  async #git(...words: readonly string[]): Promise<void> {
    await mustRun(['git', '-C', this.#world.settings.desiredDirectory, ...words]);
  }
}
