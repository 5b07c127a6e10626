import { expect } from 'chai';
import { temporaryDirectory } from '../../support/temporary-directory.ts';
import { container, lines, load, manifest } from './desired-directory.ts';
import { writeFiles } from './desired-directory.ts';

const AUTHORITY = manifest('CertificateAuthority', 'lab', '{create: true}');
const certificate = (owner: string): string =>
  manifest('Certificate', 'web', `{issuer: lab, dnsNames: [web.lab], owner: ${owner}, consumers: [{container: web}]}`);
const WEB = container('web', 'user: "472"', 'volumes: ["/etc/pki/homelab/live/web:/certs:ro"]');
const ALLOWED = `, annotations: {bastion.lab/allow: allowed-roots, bastion.lab/allow-reason: it looks at disks}`;
const looker = (user: string): string =>
  manifest('Container', 'looker', `{image: 'busybox:1.36', mem_limit: 64m, ${user} volumes: ['/:/host:ro']}`, ALLOWED);

describe('warnings about what is allowed and may still not be meant', () => {
  const directory = temporaryDirectory('warnings');
  async function warnings(...documents: string[]): Promise<string[]> {
    writeFiles(directory(), { 'house.yaml': documents.join('---\n') });
    const state = await load(directory(), { waivable: ['allowed-roots'] });
    expect(state.complete, lines(state).join('\n')).to.equal(true);
    expect(state.findings.every(({ severity }) => severity === 'warning')).to.equal(true);
    return lines(state);
  }

  it('there are none where nobody sees the key of another', async () => {
    expect(await warnings(AUTHORITY, certificate('472'), WEB)).to.deep.equal([]);
    expect(await warnings(AUTHORITY, certificate('472'), WEB, looker("user: '9100',"))).to.deep.equal([]);
  });

  it('a container that sees the whole host as the user to whom a key belongs', async () => {
    const [line, ...more] = await warnings(AUTHORITY, certificate('472'), WEB, looker("user: '472:472',"));
    expect(more).to.deep.equal([]);
    expect(line).to.match(/house\.yaml:\d+:\d+ Container\/looker spec\.volumes: warning: .*Certificate\/web.*uid 472/);
    expect(line).to.contain('give it a user of its own').and.contain('(policy shared-key-owner)');
  });

  it('one that runs as root, or as whom nobody says, when the key is root’s', async () => {
    expect(await warnings(AUTHORITY, certificate('0'), WEB, looker("user: '0',"))).to.have.length(1);
    expect(await warnings(AUTHORITY, certificate('0'), WEB, looker('user: root,'))).to.have.length(1);
    // The image says who it is, and most say nothing: then it is root.
    expect(await warnings(AUTHORITY, certificate('0'), WEB, looker(''))).to.have.length(1);
  });

  it('one that mounts the certificate of another container as the user to whom it belongs', async () => {
    const other = (user: string): string =>
      container('other', `user: "${user}"`, 'volumes: ["/etc/pki/homelab/live/web:/certs:ro"]');
    expect(await warnings(AUTHORITY, certificate('472'), WEB, other('472'))).to.have.length(1);
    expect(await warnings(AUTHORITY, certificate('472'), WEB, other('473'))).to.deep.equal([]);
  });

  it('a Prometheus that cannot limit who may use its administrator’s interface, with that on', async () => {
    const house = (image: string, ...more: string[]): string[] => [
      AUTHORITY,
      manifest('Prometheus', 'prometheus', `{image: '${image}'}`),
      ...more,
    ];
    const backup = [
      manifest('Directory', 'disk', '{path: /mnt/backup}'),
      manifest('Backup', 'nightly', "{schedule: '0 3 * * *', directory: /mnt/backup, prometheus: prometheus}"),
    ];
    const [line, ...more] = await warnings(...house('prom/prometheus:v2.44.0', ...backup));
    expect(more).to.deep.equal([]);
    expect(line).to.match(/Prometheus\/prometheus spec\.image: warning: .*2\.45/);
    expect(await warnings(...house('prom/prometheus:v2.44.0'))).to.deep.equal([]);
    expect(await warnings(...house('prom/prometheus:v2.45.0', ...backup))).to.deep.equal([]);
  });
});
