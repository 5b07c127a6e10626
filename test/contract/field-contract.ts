import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerCreateBody } from '../../src/engine/wire.ts';
import { skipBecause } from '../support/skip.ts';
import { masked } from './masked.ts';
import type { Scratch } from './scratch.ts';

const MEBIBYTE = 1024 * 1024;

/** What the real engine answered, by version and test. Recorded anew with BASTION_RECORD_GOLDEN=1. */
const GOLDEN = join(dirname(fileURLToPath(import.meta.url)), 'golden');
const RECORDED = /^20\.10\./;

const CONFIGURED_IMAGE = `FROM scratch
COPY content /content
ENV FIRST=image SECOND=image
LABEL colour=red shape=round
USER 1000
WORKDIR /srv/data/
EXPOSE 80 53/udp
STOPSIGNAL SIGQUIT
VOLUME /data /cache
HEALTHCHECK --interval=10s --retries=5 CMD ["/content"]
ENTRYPOINT ["/content"]
CMD ["argument"]
`;

type Body = Partial<Omit<ContainerCreateBody, 'Image'>> & Pick<ContainerCreateBody, 'HostConfig'>;

/** Container bodies whose inspect answers are compared as a whole. `{volume}` and `{network}` are replaced. */
const BODIES: Record<string, { readonly image: string; readonly body: Body }> = {
  bare: { image: 'FROM scratch\nCOPY content /content\n', body: { Cmd: ['/content'], HostConfig: {} } },
  'from the image': { image: CONFIGURED_IMAGE, body: { HostConfig: {} } },
  'over the image': {
    image: CONFIGURED_IMAGE,
    body: {
      Entrypoint: ['/content', '-v'],
      Env: ['SECOND=own', 'THIRD=a=b', 'FOURTH='],
      Labels: { colour: 'blue', weight: 'light' },
      User: '0:0',
      WorkingDir: '/x/../y/',
      Hostname: 'box',
      Domainname: 'lab.example',
      ExposedPorts: { '443/tcp': {} },
      Healthcheck: { Test: ['CMD-SHELL', 'true'], Timeout: 3e9 },
      StopSignal: 'INT',
      StopTimeout: 3,
      Tty: true,
      OpenStdin: true,
      MacAddress: '02:42:0a:00:00:09',
      HostConfig: { Mounts: [{ Type: 'tmpfs', Target: '/cache' }] },
    },
  },
  'without the health check': {
    image: CONFIGURED_IMAGE,
    body: { Cmd: [], Healthcheck: { Test: ['NONE'] }, HostConfig: {} },
  },
  'of all limits': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: {
      Cmd: ['/content'],
      HostConfig: {
        Memory: 64 * MEBIBYTE,
        MemoryReservation: 32 * MEBIBYTE,
        NanoCpus: 5e8,
        CpuShares: 512,
        CpusetCpus: '0',
        PidsLimit: 100,
        Ulimits: [{ Name: 'nofile', Soft: 1024, Hard: 2048 }],
        RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 },
        ShmSize: 32 * MEBIBYTE,
        OomScoreAdj: 100,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '1m' } },
        Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
      },
    },
  },
  'of all rights': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: {
      Cmd: ['/content'],
      HostConfig: {
        CapAdd: ['NET_ADMIN', 'cap_sys_time'],
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
        Init: true,
        PidMode: 'host',
        GroupAdd: ['1000'],
        Devices: [{ PathOnHost: '/dev/null', PathInContainer: '/dev/zero', CgroupPermissions: 'r' }],
        ExtraHosts: ['gateway:host-gateway'],
        Dns: ['10.0.0.1', '10.0.0.2'],
        DnsSearch: ['lab.example'],
        DnsOptions: ['ndots:2'],
      },
    },
  },
  privileged: {
    image: 'FROM scratch\nCOPY content /content\n',
    body: { Cmd: ['/content'], HostConfig: { Privileged: true, IpcMode: 'shareable', UTSMode: 'host' } },
  },
  'with empty lists': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: {
      Cmd: ['/content'],
      Env: [],
      ExposedPorts: {},
      Labels: {},
      HostConfig: {
        NetworkMode: 'default',
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        PortBindings: {},
        Mounts: [],
        Tmpfs: {},
        CapAdd: [],
        SecurityOpt: [],
        ExtraHosts: [],
        Dns: [],
        Ulimits: [],
        Devices: [],
        Sysctls: {},
        LogConfig: { Type: '', Config: {} },
        PidsLimit: 0,
      },
    },
  },
  'with mounts': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: {
      Cmd: ['/content'],
      Volumes: { '/anonymous': {} },
      HostConfig: {
        Binds: ['/etc:/bound/:ro', '{volume}:/volume', '/usr:/other:rw,rslave'],
        Mounts: [
          { Type: 'volume', Source: '{volume}', Target: '/data/', ReadOnly: true, VolumeOptions: { NoCopy: true } },
          { Type: 'bind', Source: '/etc/', Target: '/host', ReadOnly: false, BindOptions: { Propagation: 'rslave' } },
          { Type: 'tmpfs', Target: '/scratch', TmpfsOptions: { SizeBytes: MEBIBYTE, Mode: 0o700 } },
        ],
        Tmpfs: { '/run/': 'size=64k' },
      },
    },
  },
  'with ports in a network': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: {
      Cmd: ['/content'],
      ExposedPorts: { '80/tcp': {}, '81/tcp': {} },
      HostConfig: {
        NetworkMode: '{network}',
        PortBindings: { '80/tcp': [{ HostPort: '8080' }, { HostIp: '127.0.0.1', HostPort: '8081' }], '82/udp': [{}] },
      },
      NetworkingConfig: { EndpointsConfig: { '{network}': { Aliases: ['web', 'www'] } } },
    },
  },
  'of the host': {
    image: 'FROM scratch\nCOPY content /content\n',
    body: { Cmd: ['/content'], Hostname: 'box', HostConfig: { NetworkMode: 'host' } },
  },
};

export function fieldContract(get: () => Scratch): void {
  for (const [name, { image, body }] of Object.entries(BODIES)) {
    it(`shows a container ${name} as recorded`, async function () {
      const scratch = get();
      const { version, cgroupVersion } = await scratch.engine.facts();
      if (!RECORDED.test(version) || cgroupVersion !== '1') {
        skipBecause(this, `recorded of Engine 20.10 on cgroup v1, not of ${version} on v${cgroupVersion}`);
      }
      const volume = await scratch.volume();
      const network = await scratch.network();
      const { reference } = await scratch.build(image);
      const text = JSON.stringify(body).replaceAll('{volume}', volume).replaceAll('{network}', network);
      const id = await scratch.create({ Cmd: null, ...(JSON.parse(text) as Body), Image: reference });
      const seen = masked(await scratch.inspect(id), { volume, network, image: reference });
      expect(seen).to.deep.equal(golden(name, seen));
    });
  }
}

function golden(name: string, seen: unknown): unknown {
  const file = join(GOLDEN, `${name.replaceAll(' ', '-')}.json`);
  if (process.env['BASTION_RECORD_GOLDEN'] === '1') {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`);
  }
  if (!existsSync(file))
    throw new Error(`${file} is missing; record it from a real engine with BASTION_RECORD_GOLDEN=1`);
  return JSON.parse(readFileSync(file, 'utf8'));
}
