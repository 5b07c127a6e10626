import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { manifest, type Manifest } from './desired-directory.ts';
import { skipBecause } from './skip.ts';
import { testEngine, type TestEngine } from './test-engine.ts';
import { readVersion, tlsCall, type TlsAnswer, type TlsCall } from './tls-call.ts';
import { Workplace } from './workplace.ts';

type Spec = Readonly<Record<string, unknown>>;

/** Whom the images run their programs as. */
export const NOBODY = 65534;
/** So often that no test waits for it. */
export const OFTEN = ['--check-schedule', '* * * * * *'] as const;

const PORTS = { prometheus: 9090, 'node-exporter': 9100, traefik: 8443 } as const;
type Program = keyof typeof PORTS;

/** A Prometheus job that scrapes over mTLS with the pair in /pki. */
export function scrapeJob(name: string, target: string, serverName: string): Spec {
  return {
    job_name: name,
    scheme: 'https',
    static_configs: [{ targets: [target] }],
    tls_config: {
      ca_file: '/pki/ca.crt',
      cert_file: '/pki/tls.crt',
      key_file: '/pki/tls.key',
      server_name: serverName,
    },
  };
}

/** A workplace with an authority, certificates, and real programs that show theirs and demand one from everybody. */
export class MutualTls {
  readonly place: Workplace;
  readonly pki: string;
  readonly #images: TestEngine['images'];

  private constructor(place: Workplace, images: TestEngine['images']) {
    this.place = place;
    this.pki = join(place.directory, 'pki');
    this.#images = images;
  }

  /** Skips the test or suite of the context where one of the programs is not to be had. */
  static async open(context: Mocha.Context, name: string, programs: readonly Program[]): Promise<MutualTls> {
    const { images } = (await testEngine()) ?? skipBecause(context, 'no Docker Engine');
    for (const program of programs)
      if (!images[program].available) skipBecause(context, `${program}: ${images[program].reason ?? 'not available'}`);
    const tls = new MutualTls(await Workplace.open(context, name), images);
    tls.place.desired.write('00-bastion.yaml', tls.bastion());
    return tls;
  }

  bastion(spec: Spec = { clientCertificate: 'operator' }): Manifest {
    return this.place.bastion({ pkiDirectory: this.pki, ...spec });
  }

  authority(spec: Spec = { create: true }): Manifest {
    return manifest('CertificateAuthority', 'root', spec);
  }

  /** For `<name>.lab`. */
  certificate(name: string, spec: Spec = {}): Manifest {
    return manifest('Certificate', name, { issuer: 'root', dnsNames: [`${name}.lab`], owner: NOBODY, ...spec });
  }

  /** A consumer in a container, looked at where its program serves. */
  consumer(short: string, program: Program, spec: Spec = {}): Spec {
    return { container: this.place.name(short), served: { port: PORTS[program], within: '10s' }, ...spec };
  }

  network(): Manifest {
    return manifest('Network', this.place.name('net'));
  }

  /** Host address in the network of the containers, where a server of the test can be scraped. */
  async gateway(): Promise<string> {
    const networks = await this.place.outside.call<{ Name: string; IPAM: { Config: { Gateway?: string }[] } }[]>(
      'GET',
      '/networks',
    );
    const gateway = networks.find(({ Name }) => Name === this.place.name('net'))?.IPAM.Config[0]?.Gateway;
    if (gateway === undefined) throw new Error('the network has no gateway');
    return gateway;
  }

  /** Prometheus that serves `<short>`'s certificate, or the one named, and scrapes these jobs every two seconds. */
  prometheus(short: string, jobs: readonly Spec[], certificate = short): Manifest {
    const config = { global: { scrape_interval: '2s', scrape_timeout: '2s' }, scrape_configs: jobs };
    this.#config(short, 'prometheus.yml', config);
    return this.#program(short, 'prometheus', this.directory(certificate), {
      command: [
        '--config.file=/config/prometheus.yml',
        '--web.config.file=/config/web.yml',
        '--storage.tsdb.path=/prometheus',
      ],
      mem_limit: '256m',
    });
  }

  nodeExporter(short: string, certificate = short): Manifest {
    return this.#program(short, 'node-exporter', this.directory(certificate), {
      command: ['--collector.disable-defaults', '--collector.loadavg', '--web.config.file=/config/web.yml'],
    });
  }

  /** @param directory of tls.crt, tls.key and ca.crt; default: of the Certificate of its name */
  traefik(short: string, directory = this.directory(short)): Manifest {
    const pair = { certFile: '/pki/tls.crt', keyFile: '/pki/tls.key' };
    const clientAuth = { caFiles: ['/pki/ca.crt'], clientAuthType: 'RequireAndVerifyClientCert' };
    this.#config(short, 'dynamic.yml', {
      http: {
        routers: { ping: { entryPoints: ['secure'], rule: 'PathPrefix(`/`)', service: 'ping@internal', tls: {} } },
      },
      tls: {
        certificates: [pair],
        stores: { default: { defaultCertificate: pair } },
        options: { default: { minVersion: 'VersionTLS12', clientAuth } },
      },
    });
    return this.#program(short, 'traefik', directory, {
      command: [
        '--global.checkNewVersion=false',
        '--global.sendAnonymousUsage=false',
        '--entryPoints.secure.address=:8443',
        '--ping=true',
        '--ping.manualRouting=true',
        '--providers.file.filename=/config/dynamic.yml',
        '--providers.file.watch=false',
      ],
      user: `${NOBODY}:${NOBODY}`,
      mem_limit: '256m',
    });
  }

  directory(certificate: string): string {
    return join(this.pki, 'live', certificate);
  }

  /** Of the certificate that is live on the disk, lower-case hex. */
  serial(certificate: string): string {
    return new X509Certificate(readVersion(this.directory(certificate)).cert).serialNumber.toLowerCase();
  }

  root(): { certificate: string; key: string } {
    const read = (path: string): string => readFileSync(join(this.pki, path), 'utf8');
    return { certificate: read('certs/root.crt'), key: read('private/root.key') };
  }

  async address(short: string): Promise<string> {
    const { NetworkSettings } = await this.place.inspect(short);
    const found = NetworkSettings.Networks?.[this.place.name('net')]?.IPAddress ?? '';
    if (found === '') throw new Error(`${short} has no address`);
    return found;
  }

  /** Asks a program as the operator would, or as somebody else. */
  async ask(short: string, program: Program, call: Partial<TlsCall> = {}): Promise<TlsAnswer> {
    const { ca, ...identity } = readVersion(this.directory('operator'));
    const host = await this.address(short);
    return tlsCall({ host, port: PORTS[program], serverName: `${short}.lab`, ca, identity, ...call });
  }

  /** Results of an instant query: value by the `job` label. */
  async query(short: string, expression: string): Promise<Record<string, number>> {
    const path = `/api/v1/query?query=${encodeURIComponent(expression)}`;
    const { body } = await this.ask(short, 'prometheus', { path });
    const { data } = JSON.parse(body) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(data.result.map(({ metric, value }) => [metric['job'] ?? '', Number(value[1])]));
  }

  #program(short: string, program: Program, directory: string, spec: Spec): Manifest {
    if (program !== 'traefik')
      this.#config(short, 'web.yml', {
        tls_server_config: {
          cert_file: '/pki/tls.crt',
          key_file: '/pki/tls.key',
          client_ca_file: '/pki/ca.crt',
          client_auth_type: 'RequireAndVerifyClientCert',
        },
      });
    return this.place.container(short, {
      image: this.#images[program].reference,
      networks: { [this.place.name('net')]: { aliases: [short] } },
      volumes: [`${directory}:/pki:ro`, `${this.#directoryOf(short)}:/config:ro`],
      mem_limit: '64m',
      restart: 'unless-stopped',
      ...spec,
    });
  }

  #directoryOf(short: string): string {
    return join(this.place.directory, 'config', short);
  }

  #config(short: string, file: string, content: Spec): void {
    mkdirSync(this.#directoryOf(short), { recursive: true });
    writeFileSync(join(this.#directoryOf(short), file), stringify(content));
  }
}
