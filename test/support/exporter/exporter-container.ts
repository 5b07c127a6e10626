import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { freePort } from '../free-port.ts';
import { makeAuthority, type TestAuthority, type TestPair } from '../test-authority.ts';
import { FakeAdGuard } from './fake-adguard.ts';
import { mutualGet, type Got } from './mutual-get.ts';
import { TRAFFIC_ZONES } from './traffic.ts';

const MEGABYTE = 1024 * 1024;

export interface ExporterContainerOptions {
  readonly docker: Docker;
  readonly image: string;
  /** Of this test: configuration, certificates, logs and state are below it. */
  readonly directory: string;
  readonly limitMegabytes?: number;
  /** Instead of the image's: to try flags. */
  readonly entrypoint?: readonly string[];
  /** Parts of the configuration that are to be different. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What the engine knows of the container; cgroup v2 knows no highest use. */
export interface ContainerFacts {
  readonly oomKilled: boolean;
  readonly running: boolean;
  readonly restarts: number;
  readonly startedAt: string;
  readonly usedMegabytes: number;
  readonly mostMegabytes: number | undefined;
  readonly anonymousMegabytes: number;
  readonly majorFaults: number;
  readonly cpuSeconds: number;
}

/** The exporter's image as a container with a limit, its logs on this host, beside an AdGuard that knows no queries. */
export class ExporterContainer {
  readonly queryLog: string;
  readonly accessLog: string;
  readonly #container: Docker.Container;
  readonly #adguard: FakeAdGuard;
  readonly #address: string;
  readonly #authority: TestAuthority;
  readonly #identity: TestPair;

  private constructor(
    directory: string,
    parts: {
      container: Docker.Container;
      adguard: FakeAdGuard;
      address: string;
      authority: TestAuthority;
      identity: TestPair;
    },
  ) {
    this.queryLog = join(directory, 'logs/querylog.json');
    this.accessLog = join(directory, 'logs/access.log');
    this.#container = parts.container;
    this.#adguard = parts.adguard;
    this.#address = parts.address;
    this.#authority = parts.authority;
    this.#identity = parts.identity;
  }

  /** Creates and starts it. On the host's network: it asks this process, and is asked by it. */
  static async start(options: ExporterContainerOptions): Promise<ExporterContainer> {
    const { docker, image, directory, limitMegabytes = 40, entrypoint } = options;
    const authority = await makeAuthority('exporter test');
    const server = await authority.issue('127.0.0.1');
    const identity = await authority.issue('prometheus.lab', { usages: ['clientAuth'] });
    const port = await freePort();
    const adguard = new FakeAdGuard({ now: () => Date.now() });
    await adguard.start();
    const files = { 'tls.crt': server.certificate, 'tls.key': server.key, 'ca.crt': authority.certificate };
    for (const name of ['config', 'logs', 'state']) mkdirSync(join(directory, name));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, 'config', name), text);
    for (const name of ['querylog.json', 'access.log']) writeFileSync(join(directory, 'logs', name), '');
    // The image runs as nobody.
    chmodSync(join(directory, 'state'), 0o777);
    const path = (name: string): string => `/etc/adguard-exporter/${name}`;
    const config = {
      listen: {
        host: '127.0.0.1',
        port,
        tls: { certificate: path('tls.crt'), key: path('tls.key'), clientAuthority: path('ca.crt') },
        allowedClients: ['prometheus.lab'],
      },
      adguard: { url: adguard.url, queryLog: 'file', queryLogFile: '/logs/querylog.json', pollSeconds: 1 },
      accessLog: { path: '/logs/access.log', pollMilliseconds: 500 },
      zones: TRAFFIC_ZONES,
      stateFile: '/state/state.json',
      ...options.config,
    };
    writeFileSync(join(directory, 'config/config.json'), JSON.stringify(config));
    const container = await docker
      .createContainer({
        name: `bastion-exporter-${process.pid}-${port}`,
        Image: image,
        ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint], Cmd: ['--config', path('config.json')] }),
        HostConfig: {
          NetworkMode: 'host',
          Memory: limitMegabytes * MEGABYTE,
          MemorySwap: limitMegabytes * MEGABYTE,
          ReadonlyRootfs: true,
          CapDrop: ['ALL'],
          // So that an end that nobody asked for shows.
          RestartPolicy: { Name: 'on-failure' },
          Binds: [
            `${join(directory, 'config')}:/etc/adguard-exporter:ro`,
            `${join(directory, 'logs')}:/logs:ro`,
            `${join(directory, 'state')}:/state`,
          ],
        },
      })
      .catch(async (error: unknown) => {
        await adguard.stop();
        throw error;
      });
    const address = `127.0.0.1:${port}`;
    const made = new ExporterContainer(directory, { container, adguard, address, authority, identity });
    await container.start().catch(async (error: unknown) => {
      await made.close();
      throw error;
    });
    return made;
  }

  /** A page over mutual TLS, on a connection of its own. */
  get(path: string): Promise<Got> {
    return mutualGet(this.#address, path, { authority: this.#authority.certificate, identity: this.#identity });
  }

  async facts(): Promise<ContainerFacts> {
    const { State, RestartCount } = await this.#container.inspect();
    const stats = await this.#container.stats({ stream: false, 'one-shot': true });
    const { usage, max_usage: most, stats: details } = stats.memory_stats;
    const detail = (...names: string[]): number => {
      const known = details as unknown as Readonly<Record<string, number | undefined>>;
      return names.map((name) => known[name]).find((value) => value !== undefined) ?? Number.NaN;
    };
    return {
      oomKilled: State.OOMKilled,
      running: State.Running,
      restarts: RestartCount,
      startedAt: State.StartedAt,
      usedMegabytes: usage / MEGABYTE,
      mostMegabytes: most === undefined ? undefined : most / MEGABYTE,
      anonymousMegabytes: detail('total_rss', 'anon') / MEGABYTE,
      majorFaults: detail('total_pgmajfault', 'pgmajfault'),
      cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
    };
  }

  /** What it wrote on its standard error. */
  async log(): Promise<string> {
    return (await this.#container.logs({ stdout: true, stderr: true })).toString('utf8');
  }

  async close(): Promise<void> {
    await this.#container.remove({ force: true, v: true });
    await this.#adguard.stop();
  }
}
