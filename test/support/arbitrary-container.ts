import fc from 'fast-check';

/** What generated containers may refer to; the test makes them. */
export interface Surroundings {
  readonly image: string;
  /** Networks with an explicit subnet `10.<n>.0.0/24`, by name. */
  readonly networks: Readonly<Record<string, string>>;
  readonly volume: string;
  /** Host directory below an allowed root. */
  readonly directory: string;
  /** Unique small number, so that ports and addresses of one batch never collide. */
  readonly ordinal: number;
}

/** A value of each field on its own, so that every supported field is generated in all of its forms. */
export function containerFieldArbitraries(around: Surroundings): Record<string, fc.Arbitrary<unknown>> {
  const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,7}$/);
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,7}$/);
  const text = fc.constantFrom('', 'x', 'a b', 'a=b', 'ü', '1', '"quoted"', '$HOME', '# no comment');
  const size = fc.constantFrom('16m', '24M', '32mb', 20_971_520, '0.5g', '65536k');
  const port = 20_000 + around.ordinal * 10;
  const [first = '', second = ''] = Object.keys(around.networks);
  const subnet = (network: string): string => (around.networks[network] ?? '').replace('.0/24', '');
  return {
    environment: fc.oneof(
      fc.dictionary(name, text, { maxKeys: 4 }),
      fc.uniqueArray(name, { maxLength: 3 }).map((names) => names.map((each) => `${each}=1=2`)),
    ),
    labels: fc.oneof(fc.dictionary(word, text, { maxKeys: 3 }), fc.constant(['org.example.a=b', 'plain='])),
    hostname: fc.constantFrom('host', 'host-a'),
    domainname: fc.constantFrom('home.arpa', 'lan'),
    user: fc.constantFrom('0', '1000', '1000:1000', 65534),
    working_dir: fc.constantFrom('/', '/tmp', '/srv/a/', '/srv/../opt'),
    mac_address: fc.constantFrom('02:42:ac:11:65:43', '02:42:AC:11:65:44'),
    ports: fc.constantFrom(
      [`127.0.0.1:${port}:80`],
      [`${port + 1}:81/udp`, `127.0.0.1:${port + 2}-${port + 3}:90-91`],
      ['82'],
      [{ target: 83, published: port + 4, host_ip: '127.0.0.1', protocol: 'tcp' }, { target: 84 }],
      [`0.0.0.0:${port + 5}:85`, `[::1]:${port + 6}:86`],
    ),
    expose: fc.constantFrom(['7000'], [7001, '7002/udp'], ['7003-7004']),
    tmpfs: fc.constantFrom('/run', ['/run', '/cache:size=1m,mode=1777'], ['/scratch/:size=65536k']),
    mem_reservation: fc.constantFrom('8m', '10m'),
    memswap_limit: fc.constantFrom('600m', -1, '1g'),
    cpus: fc.constantFrom(0.5, '0.25', 1, '1.5'),
    cpu_shares: fc.constantFrom(2, 512, 1024),
    cpu_quota: fc.constantFrom(50_000, '20ms'),
    cpuset: fc.constantFrom('0', '0,1', '0-1'),
    pids_limit: fc.constantFrom(20, 100, -1),
    restart: fc.constantFrom('no', 'always', 'on-failure', 'on-failure:3', 'unless-stopped'),
    // Short intervals: a replacement takes over only once it is healthy.
    healthcheck: fc.constantFrom(
      { test: 'true', interval: '1s', timeout: '2s', retries: 2, start_period: '5s' },
      { test: ['CMD', 'true'], interval: '1500ms' },
      { test: ['CMD-SHELL', 'exit 0'], interval: '1s', timeout: '1m30s' },
      { disable: true },
      { test: ['NONE'] },
    ),
    cap_add: fc.uniqueArray(fc.constantFrom('NET_ADMIN', 'CAP_SYS_PTRACE', 'net_raw', 'SYS_TIME'), { maxLength: 3 }),
    cap_drop: fc.oneof(
      fc.constant(['ALL']),
      fc.uniqueArray(fc.constantFrom('CHOWN', 'cap_mknod', 'CAP_KILL'), { maxLength: 3 }),
    ),
    read_only: fc.boolean(),
    init: fc.boolean(),
    tty: fc.boolean(),
    stdin_open: fc.boolean(),
    security_opt: fc.constantFrom(
      ['no-new-privileges'],
      ['no-new-privileges:true'],
      ['seccomp=unconfined'],
      ['seccomp:unconfined', 'no-new-privileges=true'],
    ),
    extra_hosts: fc.constantFrom(['db:10.0.0.1', 'cache:10.0.0.2'], { db: '10.0.0.1' }, ['gateway:host-gateway']),
    dns: fc.constantFrom('9.9.9.9', ['9.9.9.9', '1.1.1.1'], ['1.1.1.1', '9.9.9.9']),
    dns_search: fc.constantFrom('lan', ['lan', 'home.arpa']),
    dns_opt: fc.constantFrom(['ndots:1'], ['timeout:2', 'attempts:3']),
    ulimits: fc.constantFrom({ nofile: 1024 }, { nofile: { soft: 512, hard: 1024 }, core: 0 }),
    sysctls: fc.constantFrom({ 'net.core.somaxconn': 256 }, ['net.ipv4.ip_unprivileged_port_start=80']),
    devices: fc.constantFrom(['/dev/null:/dev/my-null'], ['/dev/zero:/dev/my-zero:r', '/dev/full']),
    stop_signal: fc.constantFrom('SIGINT', 'TERM', 'SIGTERM', 'SIGUSR1'),
    stop_grace_period: fc.constantFrom('0s', '1s', '1000ms', '2s'),
    logging: fc.constantFrom(
      { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '2' } },
      { driver: 'none' },
      { driver: 'local' },
      { options: { 'max-size': '2m' } },
    ),
    shm_size: fc.constantFrom('1m', '64m', 33_554_432),
    ipc: fc.constantFrom('private', 'shareable', 'none', 'host'),
    pid: fc.constant('host'),
    uts: fc.constant('host'),
    userns_mode: fc.constant('host'),
    cgroup_parent: fc.constantFrom('/bastion-test', 'bastion-test'),
    runtime: fc.constant('runc'),
    group_add: fc.constantFrom(['10'], [20, '10']),
    oom_kill_disable: fc.boolean(),
    oom_score_adj: fc.constantFrom(0, 100, 500),
    network_mode: fc.constantFrom('none', 'host', 'bridge'),
    networks: fc.constantFrom(
      [first],
      [second, first],
      { [first]: { aliases: ['www', 'api'] } },
      { [first]: { ipv4_address: `${subnet(first)}.${10 + around.ordinal}` }, [second]: { aliases: ['x'] } },
      { [second]: null },
    ),
    volumes: fc.constantFrom(
      [`${around.volume}:/data`],
      [`${around.volume}:/data:ro`, `${around.directory}:/host/`],
      [{ type: 'bind', source: around.directory, target: '/host', read_only: true, bind: { propagation: 'rprivate' } }],
      [{ type: 'volume', source: around.volume, target: '/data', volume: { nocopy: true } }],
      [{ type: 'tmpfs', target: '/ram', tmpfs: { size: '1m', mode: '0700' } }],
    ),
    healthyWithin: fc.constantFrom('1m30s', '2m', '90000ms'),
    mem_limit: size,
  };
}

const COMMANDS: readonly Record<string, unknown>[] = [
  { command: 'sleep 3600' },
  { command: ['sleep', '3600'] },
  { entrypoint: ['sleep'], command: ['3600'] },
  { entrypoint: 'sleep 3600' },
  { entrypoint: ['/bin/busybox'], command: 'sleep 3600' },
  { command: 'sh -c "sleep 3600"' },
];

/** A valid spec with a random subset of all supported fields; combinations that the engine refuses are not made. */
export function arbitraryContainerSpec(around: Surroundings): fc.Arbitrary<Record<string, unknown>> {
  const fields = containerFieldArbitraries(around);
  return fc
    .tuple(fc.record(fields, { requiredKeys: ['mem_limit', 'stop_grace_period'] }), fc.constantFrom(...COMMANDS))
    .map(([spec, command]) => withoutConflicts({ image: around.image, ...spec, ...command }));
}

/** Drops what Docker refuses beside something else. */
export function withoutConflicts(spec: Record<string, unknown>): Record<string, unknown> {
  const drop = (...names: string[]): void => {
    for (const each of names) delete spec[each];
  };
  if ('network_mode' in spec && spec.network_mode !== 'bridge') drop('networks');
  if ('networks' in spec) drop('network_mode');
  if (spec.network_mode === 'host')
    drop(
      'ports',
      'expose',
      'hostname',
      'domainname',
      'mac_address',
      'sysctls',
      'dns',
      'dns_search',
      'dns_opt',
      'extra_hosts',
    );
  if (spec.network_mode === 'none') drop('ports', 'mac_address');
  if (spec.uts === 'host') drop('hostname', 'domainname');
  if ('cpus' in spec) drop('cpu_quota');
  if (spec.userns_mode === 'host' && spec.pid === 'host') drop('userns_mode');
  return spec;
}
