import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest, writeFiles } from './desired-directory.ts';

const ANNOTATED =
  ', annotations: {bastion.lab/allow: "allowed-roots", bastion.lab/allow-reason: "whoever pushes can write this"}';

describe('where the sources of mounts lead', () => {
  const directory = temporaryDirectory('sources');
  const data = (): string => join(directory(), 'host', 'data');

  async function check(...documents: string[]): Promise<string[]> {
    mkdirSync(data(), { recursive: true });
    const bastion = manifest(
      'Bastion',
      'home',
      `{allowedRoots: ["${join(directory(), 'host')}", /opt, /etc/localtime]}`,
    );
    writeFiles(join(directory(), 'desired'), { 'a.yaml': [bastion, ...documents].join('---\n') });
    return lines(await load(join(directory(), 'desired')));
  }

  function link(target: string, name: string): string {
    mkdirSync(data(), { recursive: true });
    const path = join(data(), name);
    rmSync(path, { force: true });
    symlinkSync(target, path);
    return path;
  }

  for (const target of ['/run/docker.sock', '/run/not-there-yet/docker.sock', '/etc/ssh', '/root', '/usr', '/'])
    it(`refuses a symlink below an allowed root that leads to ${target}`, async () => {
      const found = await check(container('web', `volumes: ["${link(target, 'innocent')}:/s"]`));
      expect(found).to.have.length(1);
      expect(found[0]).to.contain('which leads to ').and.to.contain('(policy allowed-roots)');
    });

  it('refuses one on the way to a source that is not there yet, to a volume and to a file', async () => {
    const path = link('/etc', 'way');
    expect(await check(container('web', `volumes: ["${path}/cron.daily/x:/s"]`))).to.have.length(1);
    const spec = `{driver_opts: {type: none, o: bind, device: "${path}"}}`;
    expect(await check(manifest('Volume', 'vol', spec))).to.have.length(1);
    expect(await check(manifest('File', 'f', `{path: "${path}/profile", content: ""}`))).to.have.length(1);
  });

  it('refuses one that leaves the allowed roots, whatever an annotation of the same hand says', async () => {
    const outside = join(directory(), 'elsewhere');
    mkdirSync(outside, { recursive: true });
    const path = link(outside, 'out');
    const found = await check(
      manifest('Container', 'web', `{image: "a:1", mem_limit: 6m, volumes: ["${path}:/x"]}`, ANNOTATED),
    );
    expect(found.join('\n'))
      .to.contain('leaves the allowed roots')
      .and.to.contain('the annotation counts only when root');
  });

  it('takes one that stays within the allowed roots', async () => {
    mkdirSync(join(directory(), 'host', 'disk'), { recursive: true });
    const path = link(join(directory(), 'host', 'disk'), 'disk');
    expect(await check(container('web', `volumes: ["${path}:/x", "/etc/localtime:/etc/localtime:ro"]`))).to.deep.equal(
      [],
    );
  });

  it('looks below --root, and sees where a symlink leaves it', async () => {
    const root = join(directory(), 'root');
    mkdirSync(join(root, 'opt', 'real'), { recursive: true });
    for (const [name, target] of [
      ['in', join(root, 'opt', 'real')],
      ['out', '/etc/ssh'],
    ] as const) {
      rmSync(join(root, 'opt', name), { force: true });
      symlinkSync(target, join(root, 'opt', name));
    }
    const found = async (name: string): Promise<string[]> => {
      writeFiles(join(directory(), 'desired'), { 'a.yaml': container('web', `volumes: ["/opt/${name}:/x"]`) });
      return lines(await load(join(directory(), 'desired'), { root }));
    };
    expect(await found('in')).to.deep.equal([]);
    expect((await found('out')).join('\n')).to.contain(
      '/opt/out, which leads to /etc/ssh, gives control over the host',
    );
  });

  describe('below what a container may write', () => {
    const refused = (found: readonly string[], source: string): void => {
      expect(found).to.have.length(1);
      expect(found[0])
        .to.contain(`${source} lies in /opt/core/a, where Container/aa may write`)
        .and.to.contain('(policy exchangeable-source)');
    };
    const writer = container('aa', 'volumes: ["/opt/core/a:/m"]');

    it('refuse the source of another container, also for reading', async () => {
      refused(await check(writer, container('bb', 'volumes: ["/opt/core/a/b:/x"]')), '/opt/core/a/b');
      refused(await check(writer, container('bb', 'volumes: ["/opt/core/a/b:/x:ro"]')), '/opt/core/a/b');
    });

    it('refuse one of the container itself, and one that a Directory makes', async () => {
      refused(await check(container('aa', 'volumes: ["/opt/core/a:/m", "/opt/core/a/b:/x"]')), '/opt/core/a/b');
      const made = manifest('Directory', 'b', '{path: /opt/core/a/b}');
      refused(await check(writer, made, container('bb', 'volumes: ["/opt/core/a/b:/x"]')), '/opt/core/a/b');
    });

    it('refuse it where either is a volume', async () => {
      const bind = (device: string): string =>
        manifest('Volume', 'vol', `{driver_opts: {type: none, o: bind, device: "${device}"}}`);
      refused(await check(writer, bind('/opt/core/a/b')), '/opt/core/a/b');
      const user = container('aa', 'volumes: ["vol:/m"]');
      refused(
        await check(bind('/opt/core/a'), user, container('bb', 'volumes: ["/opt/core/a/b:/x"]')),
        '/opt/core/a/b',
      );
    });

    it('take the same directory for many, one beside it, and one below what is only read', async () => {
      const other = container('bb', 'volumes: ["/opt/core/a:/x", "/opt/core/ab:/y"]');
      expect(await check(writer, other)).to.deep.equal([]);
      const reader = container('aa', 'volumes: ["/opt/core/a:/m:ro"]');
      expect(await check(reader, container('bb', 'volumes: ["/opt/core/a/b:/x"]'))).to.deep.equal([]);
    });
  });
});
