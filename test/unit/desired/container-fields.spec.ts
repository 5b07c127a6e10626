import { expect } from 'chai';
import type { ContainerSpec } from '../../../src/model/specs.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, specOf, writeFiles } from './desired-directory.ts';

const OTHERS = [
  manifest('Network', 'front', '{ipam: {config: [{subnet: 172.30.0.0/24}]}}'),
  manifest('Volume', 'data'),
  container('vpn'),
].join('---\n');

const NORMAL: [what: string, yaml: string, want: { [K in keyof ContainerSpec]?: ContainerSpec[K] | undefined }][] = [
  ['a command text', `command: sh -c 'echo "a b"' c\\ d # note`, { command: ['sh', '-c', 'echo "a b"', 'c d'] }],
  ['a command list', 'command: [a, "b c"]', { command: ['a', 'b c'] }],
  ['an entry point', 'entrypoint: /bin/sh -e', { entrypoint: ['/bin/sh', '-e'] }],
  [
    'an environment map',
    'environment: {B: "x", A: 1.10, C: true, D: 0644}',
    { environment: { A: '1.10', B: 'x', C: 'true', D: '0644' } },
  ],
  ['an environment list', 'environment: [A=1, B=x=y, A=2, E=]', { environment: { A: '2', B: 'x=y', E: '' } }],
  ['a label list', 'labels: [a=b, c]', { labels: { a: 'b', c: '' } }],
  ['a label map', 'labels: {a: 1, c: }', { labels: { a: '1', c: '' } }],
  ['networks as a list', 'networks: [front]', { networks: { front: { aliases: [] } } }],
  [
    'networks as a map',
    'networks: {front: {aliases: [b, a, b], ipv4_address: 172.30.0.9}}',
    { networks: { front: { aliases: ['a', 'b'], ipv4_address: '172.30.0.9' } } },
  ],
  ['a network without details', 'networks: {front: }', { networks: { front: { aliases: [] } } }],
  ['a network mode', 'network_mode: container:vpn', { network_mode: 'container:vpn' }],
  ['a port alone', 'ports: [80]', { ports: [{ target: 80, protocol: 'tcp', host_ip: '' }] }],
  [
    'a port that looks like base 60',
    'ports: [22:22]',
    { ports: [{ target: 22, protocol: 'tcp', host_ip: '', published: 22 }] },
  ],
  [
    'ranges of ports',
    'ports: ["127.0.0.1:5000-5001:6000-6001/udp"]',
    {
      ports: [
        { target: 6000, protocol: 'udp', host_ip: '127.0.0.1', published: 5000 },
        { target: 6001, protocol: 'udp', host_ip: '127.0.0.1', published: 5001 },
      ],
    },
  ],
  [
    'an address without a host port',
    'ports: ["127.0.0.1::80"]',
    { ports: [{ target: 80, protocol: 'tcp', host_ip: '127.0.0.1' }] },
  ],
  [
    'an IPv6 address',
    'ports: ["[::1]:81:80"]',
    { ports: [{ target: 80, protocol: 'tcp', host_ip: '::1', published: 81 }] },
  ],
  [
    'a port in long form',
    'ports: [{target: 80, published: "81", host_ip: 10.0.0.1, protocol: udp, mode: host}]',
    { ports: [{ target: 80, protocol: 'udp', host_ip: '10.0.0.1', published: 81 }] },
  ],
  ['exposed ports', 'expose: [80, "53/udp", "80"]', { expose: ['53/udp', '80/tcp'] }],
  [
    'mounts in short form, sorted by target',
    'volumes: ["data:/z:nocopy", "/opt/web/../x/:/a:ro,rslave", /anonymous]',
    {
      volumes: [
        { type: 'bind', source: '/opt/x', target: '/a', read_only: true, propagation: 'rslave' },
        { type: 'volume', target: '/anonymous', read_only: false },
        { type: 'volume', source: 'data', target: '/z', read_only: false, nocopy: true },
      ],
    },
  ],
  [
    'mounts in long form',
    'volumes: [{type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 1777}}, {type: bind, source: /opt/x, target: /b, read_only: true}]',
    {
      volumes: [
        { type: 'bind', source: '/opt/x', target: '/b', read_only: true },
        { type: 'tmpfs', target: '/t', read_only: false, tmpfs_size: 1048576, tmpfs_mode: 0o1777 },
      ],
    },
  ],
  ['tmpfs text', 'tmpfs: /run/', { tmpfs: { '/run': '' } }],
  ['tmpfs list', 'tmpfs: ["/run:size=64m,mode=1777"]', { tmpfs: { '/run': 'mode=1777,size=64m' } }],
  [
    'sizes',
    'mem_reservation: 0.03125g\nshm_size: 1kb\nmemswap_limit: 128M',
    { mem_limit: 67108864, mem_reservation: 33554432, shm_size: 1024, memswap_limit: 134217728 },
  ],
  ['unlimited swap', 'memswap_limit: -1', { memswap_limit: -1 }],
  ['CPUs as text', 'cpus: "0.50"', { cpus: 0.5 }],
  ['CPU quota as a duration', 'cpu_quota: 50ms\ncpu_period: 100000', { cpu_quota: 50_000, cpu_period: 100_000 }],
  ['a limit on processes', 'pids_limit: 100', { pids_limit: 100 }],
  ['no limit on processes', 'pids_limit: -1', { pids_limit: undefined }],
  ['restart on failure', 'restart: on-failure:3', { restart: { policy: 'on-failure', max_retries: 3 } }],
  ['no restart', 'restart: no', { restart: undefined }],
  [
    'a health check text',
    'healthcheck: {test: "curl x || exit 1", interval: 1m30s, timeout: 500ms, retries: 2}',
    { healthcheck: { test: ['CMD-SHELL', 'curl x || exit 1'], interval: 90e9, timeout: 5e8, retries: 2 } },
  ],
  ['a health check switched off', 'healthcheck: {disable: true}', { healthcheck: { test: ['NONE'] } }],
  [
    'capabilities',
    'cap_add: [net_bind_service]\ncap_drop: [ALL]',
    { cap_add: ['CAP_NET_BIND_SERVICE'], cap_drop: ['ALL'] },
  ],
  ['security options', 'security_opt: [no-new-privileges:true]', { security_opt: ['no-new-privileges=true'] }],
  ['extra hosts as a list', 'extra_hosts: ["b=[::1]", "a:10.0.0.1"]', { extra_hosts: ['a:10.0.0.1', 'b:::1'] }],
  ['extra hosts as a map', 'extra_hosts: {h: host-gateway}', { extra_hosts: ['h:host-gateway'] }],
  ['name servers', 'dns: 1.1.1.1\ndns_search: [b, a]', { dns: ['1.1.1.1'], dns_search: ['b', 'a'] }],
  [
    'ulimits',
    'ulimits: {nproc: 5, nofile: {soft: 1, hard: 2}}',
    { ulimits: { nproc: { soft: 5, hard: 5 }, nofile: { soft: 1, hard: 2 } } },
  ],
  ['sysctls', 'sysctls: [net.core.somaxconn=1024]', { sysctls: { 'net.core.somaxconn': '1024' } }],
  [
    'devices',
    'devices: ["/dev/zero:/dev/c:r", /dev/fuse]',
    {
      devices: [
        { source: '/dev/zero', target: '/dev/c', permissions: 'r' },
        { source: '/dev/fuse', target: '/dev/fuse', permissions: 'rwm' },
      ],
    },
  ],
  ['a signal by number', 'stop_signal: 15', { stop_signal: 'SIGTERM' }],
  ['a signal by short name', 'stop_signal: int', { stop_signal: 'SIGINT' }],
  ['a grace period', 'stop_grace_period: 1m30s', { stop_grace_period: 90 }],
  [
    'logging',
    'logging: {driver: local, options: {max-file: 3}}',
    { logging: { driver: 'local', options: { 'max-file': '3' } } },
  ],
  ['a user by number', 'user: 1000', { user: '1000' }],
  ['a working directory', 'working_dir: /a/../b/', { working_dir: '/b' }],
  [
    'flags at their default',
    'privileged: false\nread_only: false\ntty: false',
    { privileged: undefined, read_only: undefined, tty: undefined },
  ],
  ['init, which has no default of its own', 'init: false', { init: false }],
  [
    'our own fields',
    'adopt: true\nhealthyWithin: 2m\nrunPolicy: once',
    { adopt: true, healthyWithin: 120_000, runPolicy: 'once' },
  ],
  [
    'the defaults of our own fields',
    'tty: true',
    { adopt: false, healthyWithin: 60_000, runPolicy: 'always', tty: true },
  ],
];

const WRONG: [what: string, yaml: string, message: string][] = [
  [
    'a variable without a value in a list',
    'environment: [A]',
    '7:17 Container/web spec.environment[0]: A has no value: the operator never passes on its own environment',
  ],
  [
    'a variable without a value in a map',
    'environment: {A: }',
    '7:17 Container/web spec.environment.A: A has no value',
  ],
  ['an unclosed quote', `command: "sh -c 'x"`, `spec.command: has a quote ' that is not closed`],
  ['a number as an image', 'hostname: 5', 'spec.hostname: must be text, not a number: put it in quotes'],
  ['an empty field', 'hostname:', 'spec.hostname: has no value: give it one (text) or remove the line'],
  ['a port out of range', 'ports: [70000]', 'spec.ports[0]: is not a port'],
  ['ranges of unequal length', 'ports: ["1-2:1-3"]', 'both ranges must be of equal length'],
  ['a range for one port', 'ports: ["8000-8010:80"]', 'gives a range of host ports for one port'],
  ['a host name for an address', 'ports: ["localhost:80:80"]', 'host address that is not an IP address'],
  ['a relative mount', 'volumes: ["./data:/data"]', 'is a relative path: write the absolute path on the host'],
  ['two mounts at one place', 'volumes: ["data:/d", "/opt:/d/"]', 'spec.volumes[1]: mounts a second thing at /d'],
  ['a long mount without source', 'volumes: [{type: bind, target: /d}]', 'is a bind mount without source'],
  [
    'a mount without target',
    'volumes: [{type: bind, source: /opt}]',
    'spec.volumes[0]: spec.volumes[0].target is missing: Path inside the container',
  ],
  ['a size', 'shm_size: lots', 'spec.shm_size: is not a size'],
  ['a duration without unit', 'healthcheck: {interval: "30"}', 'spec.healthcheck.interval: is not a duration'],
  ['a fraction of a second of grace', 'stop_grace_period: 500ms', 'must be whole seconds'],
  ['swap below memory', 'memswap_limit: 32m', 'spec.memswap_limit: is less than mem_limit'],
  ['CPUs beside a quota', 'cpus: 1\ncpu_quota: 5', 'cannot stand beside cpu_quota'],
  ['networks beside a mode', 'networks: [front]\nnetwork_mode: host', 'cannot stand beside networks'],
  ['ports on the host network', 'ports: [80]\nnetwork_mode: host', 'cannot be published with network_mode: host'],
  ['a Compose service', 'network_mode: service:vpn', 'write container:<name of the Container>'],
  ['a network of the engine', 'networks: [bridge]', 'use network_mode: bridge'],
  ['what runs always and after another', 'runAfter: web', 'is for jobs: set runPolicy: once'],
  ['a job that restarts for ever', 'runPolicy: once\nrestart: always', 'cannot be always with runPolicy: once'],
  ['a label of ours', 'labels: {lab.bastion.key: x}', 'belongs to the operator'],
  ['a profile in a file', 'security_opt: ["seccomp:/x.json"]', 'names a seccomp profile in a file'],
  ['a signal', 'stop_signal: SIGNOTHING', 'is not a signal'],
  [
    'a typing mistake',
    'mem_limmit: 5m',
    'spec.mem_limmit: mem_limmit is not a field of Container; did you mean mem_limit?',
  ],
  [
    'a typing mistake deep down',
    'healthcheck: {intervall: 5s}',
    'spec.healthcheck.intervall: intervall is not a field of Container; did you mean interval?',
  ],
  ['build', 'build: .', 'build is a Compose key that is not supported: declare an Image'],
  ['depends_on', 'depends_on: [db]', 'depends_on is a Compose key that is not supported: use dependsOn'],
  ['container_name', 'container_name: x', 'container_name is a Compose key that is not supported: use metadata.name'],
  ['deploy', 'deploy: {}', 'deploy is a Compose key that is not supported'],
  ['env_file', 'env_file: .env', 'env_file is a Compose key that is not supported'],
  ['start_interval', 'healthcheck: {start_interval: 5s}', 'start_interval is a Compose key that is not supported'],
  [
    'create_host_path',
    'volumes: [{type: bind, source: /opt, target: /o, bind: {create_host_path: true}}]',
    'spec.volumes[0].bind.create_host_path: must be one of false',
  ],
  ['a field that is there twice', 'image: busybox:1.37', 'the key image is there twice in one map'],
];

describe('Container.spec', () => {
  const directory = temporaryDirectory('fields');

  for (const [what, yaml, want] of NORMAL)
    it(`reads ${what}`, async () => {
      writeFiles(directory(), { 'web.yaml': container('web', yaml), 'others.yaml': OTHERS });
      const spec = specOf(await load(directory()), 'Container', 'web');
      for (const [field, value] of Object.entries(want))
        expect(spec[field as keyof ContainerSpec], field).to.deep.equal(value);
      expect(Object.values(spec), 'an unset field is absent').not.to.include(undefined);
    });

  for (const [what, yaml, message] of WRONG)
    it(`refuses ${what}`, async () => {
      writeFiles(directory(), { 'web.yaml': container('web', yaml), 'others.yaml': OTHERS });
      const state = await load(directory());
      expect(lines(state).join('\n')).to.contain(message);
      expect(state.complete).to.equal(false);
    });

  it('warns where Compose would have substituted a variable', async () => {
    writeFiles(directory(), { 'web.yaml': container('web', 'command: ["echo", "${HOME}"]') });
    const state = await load(directory());
    expect(state.complete).to.equal(true);
    expect(lines(state)[0]).to.contain('spec.command[1]: warning: variables are not substituted');
  });

  it('gives equal hashes to equal wishes, however they are written', async () => {
    const hashes = await Promise.all(
      [
        'ports: ["80:80", "81:81"]\nenvironment: [A=1, B=2]\nprivileged: false',
        'environment: {B: "2", A: 1}\nports: ["81:81", {target: 80, published: 80}]\nadopt: true',
      ].map(async (yaml, number) => {
        writeFiles(`${directory()}/${number}`, { 'web.yaml': container('web', yaml) });
        return (await load(`${directory()}/${number}`)).resources[0]?.hash;
      }),
    );
    expect(hashes[0]).to.match(/^v1:/).and.to.equal(hashes[1]);
  });
});
