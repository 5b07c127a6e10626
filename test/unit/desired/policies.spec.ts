import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, writeFiles } from './desired-directory.ts';

const ALLOW = (rules: string, reason = 'needed'): string =>
  `, annotations: {bastion.lab/allow: "${rules}", bastion.lab/allow-reason: "${reason}"}`;

describe('policies', () => {
  const directory = temporaryDirectory('policies');
  const check = async (text: string): Promise<string[]> => {
    writeFiles(directory(), { '20-prometheus.yaml': text });
    return lines(await load(directory()));
  };

  it('says file, line, column, resource, field, what and which rule', async () => {
    expect(await check(container('prometheus', 'ports:', '  - "9090:9090"'))).to.deep.equal([
      '20-prometheus.yaml:8:7 Container/prometheus spec.ports[0]: metrics port 9090 must not be published (policy no-published-metrics)',
    ]);
  });

  const REFUSED: [what: string, text: string, found: string][] = [
    [
      'a metrics port behind another host port',
      container('web', 'ports: ["127.0.0.1:80:9100"]'),
      'spec.ports[0]: metrics port 9100',
    ],
    [
      'a metrics port in the network of the host',
      container('web', 'network_mode: host', 'expose: [8080, 9100]'),
      'spec.expose: metrics port 9100 must not be published, and network_mode: host publishes it',
    ],
    [
      'a metrics port within a range',
      container('web', 'ports: ["9000-9200:9000-9200"]'),
      'spec.ports[0]: metrics port 9090',
    ],
    [
      'an image without tag',
      manifest('Container', 'web', '{image: busybox, mem_limit: 64m}'),
      'spec.image: image busybox has no tag',
    ],
    ['latest', manifest('Image', 'i', '{reference: "a/b:latest"}'), '(policy pinned-image)'],
    [
      'an unpinned check',
      manifest('File', 'f', '{path: /opt/f, content: x, check: {image: promtool, command: x}}'),
      'spec.check.image: image promtool has no tag',
    ],
    ['no memory limit', manifest('Container', 'web', '{image: "a:1"}'), 'add mem_limit'],
    [
      'a password in a map',
      container('web', 'environment: {GF_ADMIN_PASSWORD: hunter22}'),
      'spec.environment.GF_ADMIN_PASSWORD: GF_ADMIN_PASSWORD holds a secret',
    ],
    ['a token in a list', container('web', 'environment: [API_TOKEN=abcdef]'), 'spec.environment[0]: API_TOKEN holds'],
    ['a secret in a label', container('web', 'labels: {app.secret: abcdef}'), 'no-secrets-in-manifest'],
    ['a password argument', container('web', 'command: [serve, --password=hunter22]'), 'spec.command: password holds'],
    [
      'a URL with a password',
      container('web', 'environment: {DB: "postgres://me:hunter22@db/x"}'),
      'holds a URL with a password',
    ],
    [
      'a password in a file',
      manifest('File', 'f', '\n  path: /opt/f\n  content: |\n    user: me\n    password: hunter22'),
      'spec.content: line 2 of the content: password holds',
    ],
    [
      'a private key',
      manifest('File', 'f', '\n  path: /opt/f\n  content: |\n    -----BEGIN EC PRIVATE KEY-----\n    MHc'),
      'holds a private key',
    ],
    [
      'a private key in base64',
      manifest(
        'File',
        'f',
        `{path: /opt/f, contentBase64: ${Buffer.from('\0-----BEGIN PRIVATE KEY-----\n').toString('base64')}}`,
      ),
      'spec.contentBase64: line 1 of the content: holds a private key',
    ],
    [
      'a build argument',
      manifest('Image', 'i', '{reference: "a:1", build: {context: ., args: {NPM_TOKEN: abcdef}}}'),
      'spec.build.args.NPM_TOKEN',
    ],
    [
      'a path outside the roots',
      manifest('Directory', 'd', '{path: /opt/../export/x}'),
      '/export/x lies outside the allowed roots',
    ],
    ['a mount outside the roots', container('web', 'volumes: ["/export:/h"]'), 'spec.volumes[0]: /export lies outside'],
    [
      'the engine socket',
      container('web', 'volumes: ["/var/run/docker.sock:/s"]'),
      '/var/run/docker.sock gives control over the host',
    ],
    ['what holds the engine socket', container('web', 'volumes: ["/run:/s"]'), '/run gives control over the host'],
    ['the root', container('web', 'volumes: [{type: bind, source: /, target: /h}]'), 'control over the host'],
    ['/proc', container('web', 'volumes: ["/proc:/p:ro"]'), '/proc gives control'],
    [
      'a bind mount by a volume',
      manifest('Volume', 'vv', '{driver_opts: {type: none, o: bind, device: /var/lib/docker}}'),
      'spec.driver_opts.device: /var/lib/docker gives control',
    ],
    ...(
      [
        [
          'a device with two slashes, which the kernel reads as one',
          '{type: none, o: bind, device: //etc/bastion/gates}',
          'spec.driver_opts.device: write it as /etc/bastion/gates',
        ],
        [
          'a device with dots',
          '{type: none, o: bind, device: /opt/../etc}',
          'spec.driver_opts.device: write it as /etc',
        ],
        [
          'a relative device',
          '{type: none, o: bind, device: opt/x}',
          'spec.driver_opts.device: must be an absolute path',
        ],
        ['a bind without a device', '{type: none, o: bind}', 'spec.driver_opts.device: must be an absolute path'],
        [
          'an overlay',
          '{type: overlay, device: overlay, o: "lowerdir=/opt/a,upperdir=/etc,workdir=/opt/w"}',
          'spec.driver_opts.type: overlay is not',
        ],
        ['a block device', '{type: ext4, device: /dev/sda1}', 'spec.driver_opts.type: ext4 is not'],
        [
          'a bind that calls itself nfs',
          '{type: nfs, o: "rbind,ro", device: /export}',
          '/export lies outside the allowed roots',
        ],
        ['a share without cifs', '{type: none, device: //server/share}', 'spec.driver_opts.o: needs bind'],
        ['cifs of a directory', '{type: cifs, device: /etc}', 'spec.driver_opts.device: must be //server/share'],
        [
          'nfs of a directory',
          '{type: nfs, o: addr=10.0.0.1, device: /etc}',
          'spec.driver_opts.device: must be :/path',
        ],
        [
          'an option that the local driver does not know',
          '{type: tmpfs, device: tmpfs, mountpoint: /etc}',
          'spec.driver_opts.mountpoint: is not an option',
        ],
      ] as const
    ).map(([what, options, found]): [string, string, string] => [
      `a volume: ${what}`,
      manifest('Volume', 'vv', `{driver_opts: ${options}}`),
      found,
    ]),
    ['privileged', container('web', 'privileged: true'), 'spec.privileged: a privileged container owns the host'],
    ['pid: host', container('web', 'pid: host'), 'policy no-privileged-host-access'],
    ...['/dev/sda', '/dev/mem', '/dev/port', '/dev/disk/by-id/x', '//dev/kmem', '/dev/dri/../sdb', '/opt/node'].map(
      (device): [string, string, string] => [
        `the device ${device}`,
        container('web', `devices: ["${device}:/dev/x"]`),
        `spec.devices: ${device} is not among the devices`,
      ],
    ),
    ['a login key of root', container('web', 'volumes: ["/root/.ssh:/k"]'), '/root/.ssh gives control over the host'],
    ...['/etc/profile', '/etc/gitconfig', '/etc', '/home/x/.bashrc', '/var/lib/dpkg', '/run/bastion', '/etc/udev'].map(
      (place): [string, string, string] => [
        `${place} from the allowed roots of whoever pushes`,
        [
          manifest('Bastion', 'home', `{allowedRoots: ["${place}"]}`),
          container('web', `volumes: ["${place}:/x"]`),
        ].join('---\n'),
        `${place} gives control over the host`,
      ],
    ),
    [
      'to write logs of the host',
      [manifest('Bastion', 'home', '{allowedRoots: [/var/log]}'), container('web', 'volumes: ["/var/log:/x"]')].join(
        '---\n',
      ),
      '/var/log gives control over the host',
    ],
    ['userns_mode: host', container('web', 'userns_mode: host'), 'policy no-privileged-host-access'],
    ['network_mode: host', container('web', 'network_mode: host'), 'spec.network_mode: network_mode: host reaches'],
    ...(
      'BPF PERFMON NET_ADMIN SYS_TIME SYS_BOOT MAC_ADMIN MAC_OVERRIDE SYSLOG CHECKPOINT_RESTORE AUDIT_CONTROL AUDIT_READ ' +
      'SYS_NICE SYS_RESOURCE SYS_MODULE SYS_RAWIO SYS_PTRACE SYS_PACCT SYS_TTY_CONFIG DAC_READ_SEARCH LINUX_IMMUTABLE ' +
      'BLOCK_SUSPEND ALL'
    )
      .split(' ')
      .map((name): [string, string, string] => [
        `the capability ${name}`,
        container('web', `cap_add: [${name}]`),
        `spec.cap_add: ${name === 'ALL' ? '' : 'CAP_'}${name} reaches out`,
      ]),
    ...['apparmor=unconfined', 'label=disable', 'label=type:spc_t', 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'].map(
      (option): [string, string, string] => [
        `the protection ${option}`,
        container('web', `security_opt: ['${option}']`),
        'spec.security_opt: ',
      ],
    ),
    ['SYS_ADMIN', container('web', 'cap_add: [sys_admin]'), 'CAP_SYS_ADMIN reaches out'],
    [
      'an exception without a reason',
      manifest('Container', 'web', '{image: "a:1"}', ALLOW('memory-limit-required', '')),
      'an exception needs its reason',
    ],
    [
      'an exception that is no rule',
      manifest('Container', 'web', '{image: "a:1"}', ALLOW('memory-limit')),
      'memory-limit is not a rule',
    ],
    [
      'an exception for secrets',
      manifest('Container', 'web', '{image: "a:1"}', ALLOW('no-secrets-in-manifest')),
      'no-secrets-in-manifest cannot be switched off',
    ],
  ];
  for (const [what, text, found] of REFUSED)
    it(`refuses ${what}`, async () => {
      const findings = (await check(text)).join('\n');
      expect(findings).to.contain(found);
      expect(findings, 'a secret is never repeated').to.not.match(/hunter22|abcdef/);
    });

  for (const field of ['network_mode', 'pid', 'ipc'])
    it(`refuses the ${field} of the host that another container got, through any number of others`, async () => {
      const probe = `{image: "a:1", mem_limit: 6m, ${field}: host}`;
      const documents = [
        manifest('Container', 'probe', probe, ALLOW('no-privileged-host-access')),
        container('middle', `${field}: container:probe`),
        container('web', `${field}: container:middle`),
      ];
      writeFiles(directory(), { 'a.yaml': documents.join('---\n') });
      const found = lines(await load(directory(), { waivable: ['no-privileged-host-access'] }));
      expect(found).to.have.lengthOf(2);
      expect(found[0]).to.contain(`Container/middle spec.${field}: Container/probe has that of the host`);
      expect(found[1]).to.contain(`Container/web spec.${field}: Container/middle has that of the host`);
    });

  const TAKEN: [what: string, text: string][] = [
    ...[
      '{driver_opts: {type: tmpfs, device: tmpfs, o: "size=1m,uid=1000"}}',
      '{driver_opts: {type: nfs, o: "addr=10.0.0.1,rw", device: ":/export"}}',
      '{driver_opts: {type: cifs, o: "username=x", device: //server/share/sub}}',
      '{driver_opts: {type: none, o: "rw,bind", device: /opt/data}}',
      '{driver: other, driver_opts: {type: overlay, device: //x, anything: /etc}}',
    ].map((spec): [string, string] => [`the volume ${spec}`, manifest('Volume', 'vv', spec)]),
    [
      'to read logs of the host',
      [manifest('Bastion', 'home', '{allowedRoots: [/var/log]}'), container('web', 'volumes: ["/var/log:/x:ro"]')].join(
        '---\n',
      ),
    ],
    [
      'what the engine gives each container, and what stays in it',
      container(
        'web',
        'cap_drop: [ALL]',
        'cap_add: [CHOWN, NET_RAW, NET_BIND_SERVICE, SETUID, IPC_LOCK]',
        'security_opt: ["no-new-privileges:true", seccomp=builtin]',
      ),
    ],
    [
      'the network of another container',
      [container('vpn'), container('web', 'network_mode: container:vpn')].join('---\n'),
    ],
    ['a digest without tag', manifest('Image', 'i', `{reference: "a@sha256:${'0'.repeat(64)}"}`)],
    [
      'a file name for a password',
      container('web', 'environment: {ADMIN_PASSWORD_FILE: /run/secret, ADMIN_PASSWORD: "", TOKEN: "$__file{/x}"}'),
    ],
    [
      'a file that names password files',
      manifest(
        'File',
        'f',
        '\n  path: /opt/f\n  content: |\n    password_file: /etc/x\n    # password: nothing\n    secret: ""\n    tokens: 5',
      ),
    ],
    [
      'an allowed exception with its reason',
      manifest(
        'Container',
        'web',
        '{image: "a:1", volumes: ["/export:/h:ro"]}',
        ALLOW('memory-limit-required, allowed-roots'),
      ),
    ],
    ...['/dev/null', '/dev/net/tun', '/dev/dri:/dev/dri:rw', '/dev/ttyUSB0', '/dev/snd/timer', '/dev/video1'].map(
      (device): [string, string] => [`the device ${device}`, container('web', `devices: ["${device}"]`)],
    ),
    [
      'the same port on two addresses',
      [container('aa', 'ports: ["127.0.0.1:80:80"]'), container('bb', 'ports: ["10.0.0.1:80:80"]')].join('---\n'),
    ],
  ];
  for (const [what, text] of TAKEN) it(`takes ${what}`, async () => expect(await check(text)).to.deep.equal([]));

  describe('on what gives control over the host', () => {
    const text = (rules: string): string =>
      manifest('Container', 'web', '{image: "a:1", mem_limit: 6m, pid: host, volumes: ["/:/host:ro"]}', ALLOW(rules));
    const both = ['no-privileged-host-access', 'allowed-roots'];
    const found = async (rules: string, waivable: readonly string[]): Promise<string[]> => {
      writeFiles(directory(), { 'a.yaml': text(rules) });
      return lines(await load(directory(), { waivable }));
    };

    it('take no annotation alone, and say what root must put where', async () => {
      const refused = await found(both.join(','), []);
      expect(refused).to.have.length(2);
      for (const [position, rule] of ['no-privileged-host-access', 'allowed-roots'].entries())
        expect(
          refused.find((line) => line.includes(`(policy ${rule})`)),
          String(position),
        ).to.contain(
          `the annotation counts only when root lists ${rule} under allow-exceptions in /etc/bastion/config.yaml`,
        );
    });

    it('take no configuration alone', async () => expect(await found('pinned-image', both)).to.have.length(2));

    it('take both together, each for its rule', async () => {
      expect(await found(both.join(','), both)).to.deep.equal([]);
      expect((await found(both.join(','), ['allowed-roots'])).join('\n'))
        .to.contain('pid: host')
        .and.not.contain('/:');
    });
  });

  describe('on a file that a container mounts by itself', () => {
    const found = (action: string, mount: string): Promise<string[]> =>
      check(
        [
          manifest('File', 'conf', `{path: /opt/p/p.yml, content: x, onChange: [{container: web, ${action}}]}`),
          container('web', `volumes: ["${mount}"]`),
        ].join('---\n'),
      );
    for (const action of ['signal: HUP', 'http: {method: POST, port: 80, path: /-/reload}'])
      it(`refuses ${action}: the container would read the old content again`, async () => {
        expect((await found(action, '/opt/p/p.yml:/etc/p.yml:ro')).join()).to.match(
          /spec\.onChange\[0\]: Container\/web mounts \/opt\/p\/p\.yml itself .*mount the directory that holds it, or use restart.*stale-mount/,
        );
        expect(await found(action, '/opt/p:/etc/p:ro')).to.deep.equal([]);
      });

    it('takes a restart', async () =>
      expect(await found('restart: true', '/opt/p/p.yml:/etc/p.yml:ro')).to.deep.equal([]));
  });

  const CONTESTED: [what: string, a: string, b: string, message: string][] = [
    [
      'path',
      manifest('File', 'a', '{path: /opt/x, content: a}'),
      manifest('Directory', 'b', '{path: /opt/x/}'),
      'path /opt/x belongs to',
    ],
    [
      'host port',
      container('aa', 'ports: ["80:80"]'),
      container('bb', 'ports: ["127.0.0.1:80:8080"]'),
      'host port 80/tcp belongs to',
    ],
    [
      'image',
      manifest('Image', 'a', '{reference: "a:1"}'),
      manifest('Image', 'b', '{reference: "a:1"}'),
      'image a:1 belongs to',
    ],
    ['name', container('web'), container('web', 'tty: true'), 'Container/web is declared in'],
  ];
  for (const [what, a, b, message] of CONTESTED)
    it(`applies neither of two that claim one ${what}`, async () => {
      writeFiles(directory(), { 'a.yaml': a, 'b.yaml': b, 'c.yaml': manifest('Volume', 'vv') });
      const state = await load(directory());
      expect(lines(state).map((line) => line.split(':')[0])).to.deep.equal(['a.yaml', 'b.yaml']);
      for (const line of lines(state)) expect(line).to.contain(message);
      expect(keys(state)).to.deep.equal(['Volume/vv']);
    });
});
