import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerInspect } from '../../src/engine/wire.ts';
import { manifest, type Manifest } from './desired-directory.ts';
import { freeSubnet } from './free-subnet.ts';
import type { Operator } from './operator.ts';
import { skipBecause } from './skip.ts';
import { testEngine, type TestEngine } from './test-engine.ts';
import { readVersion, tlsCall, type TlsAnswer, type TlsCall, type TlsIdentity } from './tls-call.ts';
import { Workplace, type StartOptions } from './workplace.ts';

type Spec = Readonly<Record<string, unknown>>;

/** Programs of the stack that can be had without a registry. */
const PROGRAMS = ['traefik', 'prometheus', 'node-exporter'] as const;

/** Where each member serves its metrics. */
export const PORTS: Readonly<Record<string, number>> = {
  gateway: 8082,
  prometheus: 9090,
  'node-exporter': 9100,
  'adguard-exporter': 9617,
  operator: 9479,
};
/** These are no containers in the monitoring network, but this machine in it. */
const ON_THE_MACHINE = ['node-exporter', 'operator'];

/** One sample of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A target as Prometheus sees it. */
export interface ActiveTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly scrapeUrl: string;
  readonly health: string;
  readonly lastError: string;
}

/**
 * A workplace with the monitoring stack of high-level resources and real programs. All its files lie below a root of its
 * own; containers, networks and addresses are its own too, so that it can stand beside another one on an engine.
 */
export class StackPlace {
  readonly place: Workplace;
  readonly root: string;
  /** Of the monitoring network. */
  readonly subnet: string;
  readonly images: TestEngine['images'];

  private constructor(place: Workplace, images: TestEngine['images'], subnet: string) {
    this.place = place;
    this.images = images;
    this.subnet = subnet;
    this.root = join(place.directory, 'root');
    for (const directory of ['etc', 'opt']) mkdirSync(join(this.root, directory), { recursive: true });
    place.desired.write('00-bastion.yaml', this.bastion());
  }

  /** Skips the test or suite of the context where one of the programs is not to be had. */
  static async open(context: Mocha.Context, name: string): Promise<StackPlace> {
    const { images } = (await testEngine()) ?? skipBecause(context, 'no Docker Engine');
    for (const program of PROGRAMS)
      if (!images[program].available) skipBecause(context, `${program}: ${images[program].reason ?? 'not available'}`);
    const place = await Workplace.open(context, name);
    return new StackPlace(place, images, freeSubnet(await place.engine.listNetworks(), Math.random()));
  }

  /** Ends and removes everything. */
  close(): Promise<void> {
    return this.place.close();
  }

  /** Name on the engine, and of the resource, of a member with this host name. */
  name(short: string): string {
    return this.place.name(short);
  }

  bastion(spec: Spec = {}): Manifest {
    const overrides = PROGRAMS.map((program) => [this.images[program].upstream, this.images[program].reference]);
    return manifest('Bastion', this.place.instance, {
      images: Object.fromEntries(overrides) as Spec,
      monitoringSubnet: this.subnet,
      networks: { monitoring: this.name('monitoring'), grafana: this.name('grafana'), edge: this.name('edge') },
      ...spec,
    });
  }

  authority(spec: Spec = {}): Manifest {
    return manifest('CertificateAuthority', 'lab', { create: true, ...spec });
  }

  /** A high-level resource whose host name is `<short>.lab`. */
  member(kind: string, short: string, spec: Spec = {}): Manifest {
    return manifest(kind, this.name(short), { hostname: short, ...spec });
  }

  /** It serves its metrics in the monitoring network, and its status at a port that nobody else has. */
  start({ flags = [], ...options }: StartOptions = {}): Operator {
    return this.place.start({ ...options, flags: [...this.#flags, '--listen', '127.0.0.1:0', ...flags] });
  }

  command(name: string, args: readonly string[] = []): ReturnType<Workplace['command']> {
    return this.place.command(name, args, { flags: this.#flags });
  }

  get #flags(): string[] {
    return ['--root', this.root];
  }

  /** Host directory of a member's `config`, `data` or `logs`. */
  directory(short: string, what: 'config' | 'data' | 'logs'): string {
    return join(this.root, 'opt/core', this.name(short), what);
  }

  /** What a Certificate has on the disk now. */
  identity(certificate = 'operator'): TlsIdentity {
    return readVersion(join(this.root, 'etc/pki/homelab/live', certificate));
  }

  /** Of the certificate that is live on the disk, lower-case hex. */
  serial(certificate: string): string {
    return new X509Certificate(this.identity(certificate).cert).serialNumber.toLowerCase();
  }

  authorityPair(): { certificate: string; key: string } {
    const read = (path: string): string => readFileSync(join(this.root, 'etc/pki/homelab', path), 'utf8');
    return { certificate: read('certs/lab.crt'), key: read('private/lab.key') };
  }

  /** First address of the monitoring network: this machine, where node_exporter listens. */
  get machine(): string {
    return this.subnet.replace(/0\/24$/, '1');
  }

  /** Address of a container in the monitoring network, which this machine can reach. */
  async address(short: string): Promise<string> {
    const { NetworkSettings } = await this.place.inspect(short);
    const found = NetworkSettings.Networks?.[this.name('monitoring')]?.IPAddress ?? '';
    if (found === '') throw new Error(`${short} has no address in the monitoring network`);
    return found;
  }

  /** Where the member with a host name is to be reached from here. */
  hostAddress(host: string): Promise<string> {
    if (ON_THE_MACHINE.includes(host)) return Promise.resolve(this.machine);
    return this.address(host === 'gateway' ? 'traefik' : host);
  }

  /** Asks a member as the operator would, or as somebody else. */
  async ask(host: string, call: Partial<TlsCall> = {}): Promise<TlsAnswer> {
    const { ca, ...identity } = this.identity();
    const serverName = `${host}.lab`;
    const at = call.host ?? (await this.hostAddress(host));
    return tlsCall({ port: PORTS[host] ?? 443, serverName, hostHeader: serverName, ca, identity, ...call, host: at });
  }

  /** Asks Prometheus' API; rejects unless it answers with success. */
  async prometheus<T>(path: string): Promise<T> {
    const { status, body } = await this.ask('prometheus', { path });
    if (status !== 200) throw new Error(`${path}: ${status} ${body.slice(0, 300)}`);
    return (JSON.parse(body) as { data: T }).data;
  }

  async query(expression: string): Promise<Sample[]> {
    const { result } = await this.prometheus<{ result: { metric: Sample['metric']; value: [number, string] }[] }>(
      `/api/v1/query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Value of `up` by job. */
  async up(): Promise<Record<string, number>> {
    const samples = await this.query('up');
    return Object.fromEntries(samples.map(({ metric, value }) => [metric['job'] ?? '', value]));
  }

  /** Times of the samples that a selector has had within the last hour, in seconds since the epoch, oldest first. */
  async sampleTimes(selector: string): Promise<number[]> {
    const { result } = await this.prometheus<{ result: { values: [number, string][] }[] }>(
      `/api/v1/query?query=${encodeURIComponent(`${selector}[1h]`)}`,
    );
    return result.flatMap(({ values }) => values.map(([time]) => time)).sort((a, b) => a - b);
  }

  /** Bytes that a container holds, without the page cache that the kernel can take back. */
  async memory(short: string): Promise<number> {
    interface Stats {
      readonly memory_stats: { readonly usage: number; readonly stats: Readonly<Record<string, number>> };
    }
    const path = `/containers/${this.name(short)}/stats?stream=false&one-shot=true`;
    const { memory_stats: found } = await this.place.outside.call<Stats>('GET', path);
    return found.usage - (found.stats['inactive_file'] ?? found.stats['total_inactive_file'] ?? 0);
  }

  async targets(): Promise<ActiveTarget[]> {
    return (await this.prometheus<{ activeTargets: ActiveTarget[] }>('/api/v1/targets?state=active')).activeTargets;
  }

  /** Runs a command in a container, as `docker exec -d` does. */
  async execute(short: string, command: readonly string[]): Promise<void> {
    const path = `/containers/${this.name(short)}/exec`;
    const { Id } = await this.place.outside.call<{ Id: string }>('POST', path, { Cmd: command });
    await this.place.outside.call('POST', `/exec/${Id}/start`, { Detach: true });
  }

  inspect(short: string): Promise<ContainerInspect> {
    return this.place.inspect(short);
  }
}
