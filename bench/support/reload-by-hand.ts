import { chmodSync, cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type Docker from 'dockerode';
import { CANDIDATE_DIRECTORY } from '../../src/model/candidate.ts';
import type { FileSpec } from '../../src/model/file-specs.ts';
import type { LoadedConfig } from './loaded-config.ts';
import type { World } from './world.ts';

const NOBODY = 65534;

/** What a person does for a new configuration: promtool in a container, the file, SIGHUP, and a look at what is loaded. */
export class ReloadByHand {
  readonly #world: World;
  readonly #scratch: string;
  #container: Docker.Container | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#scratch = join(world.directory, 'by-hand');
  }

  /**
   * Starts a Prometheus that is like another one but has directories of its own, so that nobody looks after it.
   *
   * @param like container that the operator made
   * @param config host directory of its configuration
   * @param data host directory of its samples
   * @returns its address in its first network
   */
  async start(like: string, config: string, data: string): Promise<string> {
    const copies = { [config]: join(this.#scratch, 'config'), [data]: join(this.#scratch, 'data') };
    mkdirSync(join(this.#scratch, 'data'), { recursive: true });
    chmodSync(join(this.#scratch, 'data'), 0o777);
    cpSync(config, join(this.#scratch, 'config'), { recursive: true });
    const { Config, HostConfig } = await this.#world.docker.getContainer(like).inspect();
    const moved = (HostConfig.Binds ?? []).map((bind) => {
      const [source = '', ...rest] = bind.split(':');
      return [copies[source] ?? source, ...rest].join(':');
    });
    const mounts = (HostConfig.Mounts ?? []).map((mount) => ({
      ...mount,
      Source: copies[mount.Source] ?? mount.Source,
    }));
    this.#container = await this.#world.docker.createContainer({
      ...this.#world.body(),
      Image: Config.Image,
      Entrypoint: Config.Entrypoint,
      Cmd: Config.Cmd,
      Env: Config.Env,
      User: Config.User,
      HostConfig: { ...HostConfig, Binds: moved, Mounts: mounts },
      NetworkingConfig: { EndpointsConfig: { [HostConfig.NetworkMode ?? '']: {} } },
      name: `${this.#world.name}-by-hand`,
    });
    await this.#container.start();
    const { NetworkSettings } = await this.#container.inspect();
    return NetworkSettings.Networks[HostConfig.NetworkMode ?? '']?.IPAddress ?? '';
  }

  /** Milliseconds of the checks in throw-away containers, one after another. */
  async check({ path, content, check }: FileSpec): Promise<number> {
    const directory = join(this.#scratch, 'candidate');
    const started = performance.now();
    mkdirSync(directory, { recursive: true });
    const texts = { ...check?.files, [basename(path)]: content };
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(directory, name), text, { mode: 0o444 });
    for (const command of check?.commands ?? []) await this.#checkOnce(command, path, check, directory);
    rmSync(directory, { recursive: true, force: true });
    return performance.now() - started;
  }

  /** Milliseconds from writing the file until it is loaded. */
  async reload({ path, content }: FileSpec, loaded: LoadedConfig, text: string): Promise<number> {
    const file = join(this.#scratch, 'config', basename(path));
    const started = performance.now();
    writeFileSync(`${file}.next`, content);
    renameSync(`${file}.next`, file);
    await this.#container?.kill({ signal: 'SIGHUP' });
    await loaded.holds(text);
    return performance.now() - started;
  }

  async #checkOnce(
    command: readonly string[],
    path: string,
    check: FileSpec['check'],
    directory: string,
  ): Promise<void> {
    const words = command.map((word) => word.replaceAll('{file}', `${CANDIDATE_DIRECTORY}/${basename(path)}`));
    const volumes = (check?.volumes ?? []).map(({ source, target }) => `${source}:${target}:ro`);
    const container = await this.#world.docker.createContainer({
      ...this.#world.body(),
      Image: check?.image ?? '',
      Entrypoint: words.slice(0, 1),
      Cmd: words.slice(1),
      User: check?.user ?? `${NOBODY}`,
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        Memory: 256 * 1024 * 1024,
        Binds: [`${directory}:${CANDIDATE_DIRECTORY}:ro`, ...volumes],
      },
      NetworkingConfig: {},
    });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    await container.remove({ force: true });
    if (StatusCode !== 0) throw new Error(`${words.join(' ')} ended with ${StatusCode}`);
  }
}
