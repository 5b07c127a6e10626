import { expect } from 'chai';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DesiredStateError } from '../../../src/desired/errors.ts';
import type { DesiredState } from '../../../src/model/resource.ts';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, keys, lines, load, manifest, writeFiles } from './desired-directory.ts';
import { bomb, deep, Mutator } from './mutator.ts';

const CASES = Number(process.env['BASTION_FUZZ'] ?? 2100);

/** A file with all that a manifest may hold; mutations are made of it. */
const RICH = [
  manifest(
    'Network',
    'front',
    '{driver: bridge, ipam: {config: [{subnet: 172.30.0.0/24, gateway: 172.30.0.1}]}, labels: [a=b]}',
  ),
  manifest('Volume', 'data', '{driver_opts: {type: tmpfs, o: size=1m}}'),
  manifest('Directory', 'web-root', '{path: /opt/web, owner: 0, mode: "0755"}'),
  manifest(
    'File',
    'page',
    '\n  path: /opt/web/index.html\n  content: |\n    <h1>hello</h1>\n  onChange:\n    - container: web\n      http: {port: 80, path: /reload}\n      loaded: {port: 80, path: /, contains: hello, within: 10s}',
  ),
  manifest('Gate', 'first', '\n  checklist:\n    - all is well'),
  manifest('Image', 'busy', '{reference: "busybox:1.36", platforms: [linux/amd64]}'),
  manifest(
    'Secret',
    'admin',
    '{path: /opt/secrets/admin, owner: 472, mode: "0440", generate: {length: 40, alphabet: abcdef}}',
  ),
  manifest(
    'CertificateAuthority',
    'lab-ca',
    '\n  create: true\n  duration: 3650d\n  consumers:\n    - {container: web, signal: HUP}',
  ),
  manifest(
    'Certificate',
    'tls',
    '\n  issuer: lab-ca\n  dnsNames: [web.lab, "*.web.lab"]\n  ipAddresses: ["fd00::1", 10.0.0.1]\n  duration: 90d\n  mode: "0440"\n  consumers:\n    - container: web\n      signal: SIGHUP\n      served: {port: 443, serverName: a.web.lab, within: 30s}',
  ),
  container(
    'web',
    'command: [httpd, -f, -p, "80"]',
    'environment:\n  TZ: Europe/Berlin\n  LEVEL: 3',
    'networks:\n  front:\n    aliases: [www]\n    ipv4_address: 172.30.0.9',
    'ports:\n  - "127.0.0.1:8080:80"\n  - target: 81\n    published: 8081',
    'volumes:\n  - data:/data\n  - /opt/web:/www:ro\n  - /etc/pki/homelab/live/tls:/tls:ro\n  - /opt/secrets/admin:/admin:ro',
    'healthcheck:\n  test: [CMD, "true"]\n  interval: 5s',
    'ulimits: {nofile: {soft: 1, hard: 2}}',
    'logging: {driver: json-file, options: {max-size: 10m}}',
    'stop_grace_period: 1m30s',
    'restart: on-failure:3',
    'dependsOn: [Gate/first]',
  ),
].join('---\n');

/** Another file, which nothing happens to: it must go on as if nothing had. */
const BYSTANDER = container('bystander');

function expectSound(state: DesiredState, before: DesiredState, what: string): void {
  for (const { source, severity, message } of state.findings) {
    expect(source.file, what).to.match(/\.ya?ml$/);
    expect(source.line, what).to.be.at.least(1);
    expect(source.column, what).to.be.at.least(1);
    expect(message, what).to.not.equal('');
    if (severity === 'error') expect(state.complete, what).to.equal(false);
  }
  const present = new Set(keys(state));
  for (const { dependsOn } of state.resources)
    for (const key of dependsOn) expect(present.has(key), `${what}: ${key}`).to.equal(true);
  expect(present.has('Container/bystander'), what).to.equal(true);
  if (state.complete) return;
  for (const key of keys(before)) {
    if (!key.startsWith('Image/'))
      expect(present.has(key), `${what}: ${key} was lost\n${lines(state).join('\n')}`).to.equal(true);
  }
}

describe('bad input', () => {
  const directory = temporaryDirectory('fuzz');

  async function before(): Promise<DesiredState> {
    writeFiles(directory(), { '10-rich.yaml': RICH, '20-bystander.yaml': BYSTANDER });
    const state = await load(directory());
    expect(lines(state)).to.deep.equal([]);
    return state;
  }

  it(`stays located and keeps the last good state through ${CASES} mutated manifests`, async function () {
    this.timeout(60_000 + CASES * 20);
    const previous = await before();
    let broken = 0;
    for (let seed = 1; seed <= CASES; seed += 1) {
      const text = new Mutator(seed).mutate(RICH);
      writeFileSync(join(directory(), '10-rich.yaml'), text);
      const state = await load(directory(), { previous });
      expectSound(state, previous, `seed ${seed}`);
      if (!state.complete) broken += 1;
    }
    expect(broken, 'mutations that broke something').to.be.above(CASES / 2);
  });

  it('needs no last good state: what is sound is loaded, what is not is located', async function () {
    this.timeout(60_000);
    const sound = await before();
    for (let seed = 1; seed <= Math.ceil(CASES / 10); seed += 1) {
      writeFileSync(join(directory(), '10-rich.yaml'), new Mutator(seed + 1_000_000).mutate(RICH));
      const state = await load(directory());
      expectSound(state, { ...sound, resources: [] }, `seed ${seed}`);
      expect(state.frozen.size).to.equal(0);
    }
  });

  const FILES: [what: string, make: (path: string) => void, message: string][] = [
    ['a directory in its place', (path) => mkdirSync(path), 'is a directory with the name of a manifest'],
    ['a dangling link', (path) => symlinkSync('/nowhere/at/all', path), 'is a symlink to a file that does not exist'],
    ['a link to itself', (path) => symlinkSync(path, path), 'cannot be read: a loop of symlinks'],
    ['a link to a device', (path) => symlinkSync('/dev/zero', path), 'is not a regular file'],
    [
      'binary',
      (path) => writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0xff, 0xfe])),
      'is not text in UTF-8',
    ],
    ['NUL characters', (path) => writeFileSync(path, `${RICH}\0`), 'is not text in UTF-8'],
    ['a huge file', (path) => writeFileSync(path, '# x\n'.repeat(300_000)), 'a manifest may have 524288'],
    [
      'very many keys',
      (path) => writeFileSync(path, Array.from({ length: 30_000 }, (_, key) => `k${key}: 1\n`).join('')),
      'kind is missing',
    ],
    ['very deep nesting', (path) => writeFileSync(path, deep(100_000)), 'nested too deeply'],
    ['an alias bomb', (path) => writeFileSync(path, bomb(9)), 'aliases multiply'],
    ['a tab', (path) => writeFileSync(path, 'kind: Gate\nspec:\n\tx: 1\n'), 'tab'],
    ['a Compose file', (path) => writeFileSync(path, 'services: {web: {image: x}}\n'), 'is a Compose file'],
  ];
  for (const [what, make, message] of FILES)
    it(`keeps what a file held before it became ${what}`, async () => {
      const previous = await before();
      const path = join(directory(), '10-rich.yaml');
      rmSync(path);
      make(path);
      const state = await load(directory(), { previous });
      expectSound(state, previous, what);
      expect(lines(state).join('\n'))
        .to.match(/^10-rich\.yaml:\d+:\d+/)
        .and.contain(message);
      expect([...state.frozen]).to.include.members(['Container/web', 'Network/front', 'Gate/first']);
      expect(state.resources.find(({ key }) => key === 'Container/web')).to.deep.equal(
        previous.resources.find(({ key }) => key === 'Container/web'),
      );
    });

  it('finds a loop of directories', async () => {
    const previous = await before();
    symlinkSync(directory(), join(directory(), 'loop'));
    const state = await load(directory(), { previous });
    expect(lines(state)).to.deep.equal([
      'loop:1:1: is a symlink that leads back to a directory above it: remove it (file)',
    ]);
    expect(keys(state)).to.deep.equal(keys(previous));
  });

  for (const [what, make, code] of [
    ['missing', (path: string) => rmSync(path, { recursive: true }), 'DESIRED_MISSING'],
    ['empty', (path: string) => writeFiles(path, {}), 'DESIRED_EMPTY'],
    ['full of comments', (path: string) => writeFiles(path, { 'a.yaml': '# nothing\n---\n' }), 'DESIRED_EMPTY'],
    [
      'left with a Bastion only',
      (path: string) => writeFiles(path, { 'a.yaml': manifest('Bastion', 'b') }),
      'DESIRED_EMPTY',
    ],
    [
      'a file',
      (path: string) => {
        rmSync(path, { recursive: true });
        writeFileSync(path, '');
      },
      'DESIRED_MISSING',
    ],
  ] as const)
    it(`stops at a directory that is ${what}`, async () => {
      const previous = await before();
      make(directory());
      const error = await load(directory(), { previous }).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).to.be.instanceOf(DesiredStateError);
      expect((error as DesiredStateError).code).to.equal(code);
    });
});
