import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { Workplace } from '../support/workplace.ts';

/** docs/procedures.md, "Moving to a new bastion". */
describe('moving to a new bastion', function () {
  this.timeout(60_000);
  let place: Workplace;
  before(async function () {
    place = await Workplace.open(this, 'moving');
  });
  after(() => place?.close());

  /** A machine of its own, as far as its directories go. */
  const machine = (name: string): string => {
    const root = join(place.directory, name);
    mkdirSync(join(root, 'var/lib'), { recursive: true });
    return root;
  };
  const bastion = (root: string, command: string) =>
    place.raw([
      command,
      ...['--docker', place.host, '--root', root, '--state', join(root, 'var/lib/bastion')],
      ...['--desired-state', join(root, 'etc/bastion/desired-state'), '--gates', join(root, 'etc/bastion/gates')],
    ]);
  const certificate = (root: string): string => readFileSync(join(root, 'etc/pki/homelab/live/web/tls.crt'), 'utf8');

  it('keeps certificates and data, makes the containers anew, and asks for no gate that was opened', async () => {
    const old = machine('old');
    for (const each of ['etc/bastion/desired-state', 'etc/bastion/gates', 'opt/core/data'])
      mkdirSync(join(old, each), { recursive: true });
    const house = [
      manifest('Bastion', place.instance),
      manifest('Gate', 'reviewed', { checklist: ['It was looked at'] }),
      manifest('CertificateAuthority', 'lab', { create: true }),
      manifest('Certificate', 'web', { issuer: 'lab', dnsNames: ['web.lab'] }),
      manifest('Directory', 'data', { path: '/opt/core/data', sentinel: true }),
      place.container('web', { volumes: ['/opt/core/data:/data'], dependsOn: ['Gate/reviewed'] }),
    ];
    const text = house.map((each) => JSON.stringify({ apiVersion: 'bastion.lab/v1', ...each })).join('\n---\n');
    writeFileSync(join(old, 'etc/bastion/desired-state/house.yaml'), text);
    // As a human does it.
    execFileSync('touch', [join(old, 'etc/bastion/gates/reviewed.ok')]);
    const first = await bastion(old, 'apply');
    expect(first.code, first.stdout + first.stderr).to.equal(0);
    writeFileSync(join(old, 'opt/core/data/sample'), 'precious');

    const archive = join(realpathSync(mkdtempSync(join(place.directory, 'usb-'))), 'bastion.tar.gz');
    execFileSync('tar', ['--numeric-owner', '-C', old, '-czf', archive, 'etc/pki/homelab', 'etc/bastion', 'opt/core']);
    // The old machine is gone, and its engine with it.
    await place.engine.removeContainer(place.name('web'), false);

    const moved = machine('new');
    execFileSync('tar', ['--numeric-owner', '-C', moved, '-xzpf', archive]);
    const plan = await bastion(moved, 'plan');
    expect(plan.code, plan.stderr).to.equal(2);
    expect(plan.stdout.match(/#\d+ \w+/g)).to.deep.equal(['#1 CreateContainer', '#2 StartContainer']);
    expect((await bastion(moved, 'apply')).code).to.equal(0);
    expect(certificate(moved)).to.equal(certificate(old));
    expect(readFileSync(join(moved, 'opt/core/data/sample'), 'utf8')).to.equal('precious');
    expect((await bastion(moved, 'plan')).stdout).to.equal('nothing to do\n');
  });
});
