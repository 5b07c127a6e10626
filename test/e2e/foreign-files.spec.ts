import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { conditionOf } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

const NOBODY = 65534;

describe('checks, patches and logs on the real engine', function () {
  this.timeout(120_000);
  let home: Workplace;
  let place: Workplace;

  before(async function () {
    home = await Workplace.open(this, 'foreign');
  });
  after(() => home?.close());
  beforeEach(async () => {
    place = await home.another('foreign');
  });
  afterEach(() => place.close());

  it('a check reads the key of the service, what lies beside the candidate, and may be a server that runs on', async () => {
    const pki = join(place.directory, 'pki');
    const live = join(pki, 'live', 'service');
    const path = join(place.directory, 'service.conf');
    const look =
      'test "$(cat /candidate/side.txt)" = beside && grep -q "PRIVATE KEY" /certs/tls.key && ' +
      'test "$(id -u)" = 65534 && ! touch /candidate/x 2>/dev/null && ! touch /certs/x 2>/dev/null';
    const file = (content: string) =>
      manifest('File', 'conf', {
        path,
        content,
        check: {
          image: place.image,
          user: NOBODY,
          commands: [
            ['sh', '-c', look],
            ['sh', '-c', 'grep -q serve {file} || { echo refused: $(cat {file}); exit 3; }; exec sleep 60'],
          ],
          files: { 'side.txt': 'beside' },
          volumes: [`${live}:/certs`],
          runsFor: '500ms',
        },
      });
    place.desired.write('00-bastion.yaml', place.bastion({ pkiDirectory: pki }));
    const others = [
      manifest('CertificateAuthority', 'root', { create: true }),
      manifest('Certificate', 'service', { issuer: 'root', dnsNames: ['service.lab'], owner: NOBODY }),
    ];
    place.desired.write('10.yaml', ...others, file('serve one'));
    const operator = place.start();
    await operator.result('converged');
    expect(readFileSync(path, 'utf8')).to.equal('serve one');
    expect(statSync(join(live, 'tls.key')).mode & 0o777).to.equal(0o400);

    place.desired.write('10.yaml', ...others, file('stop two'));
    await operator.until((status) => {
      const condition = conditionOf(status, 'File/conf', 'Degraded');
      expect(condition?.reason).to.equal('ConfigRejected');
      expect(condition?.message).to.include('ended with 3').and.to.include('refused: stop two');
    });
    expect(readFileSync(path, 'utf8')).to.equal('serve one');
  });

  it('a patch keeps what is the owner’s, heals what is ours, and tells what is contested', async () => {
    const path = join(place.directory, 'traefik.yml');
    const owned = '# mine\nlog:\n  level: WARN   # quiet\nentryPoints: {web: {address: ":80"}}\n';
    writeFileSync(path, owned, { mode: 0o640 });
    chmodSync(path, 0o640);
    const patch = (overwrite: readonly string[]) =>
      manifest('FilePatch', 'traefik', {
        path,
        set: { log: { level: 'INFO', format: 'json' }, metrics: { prometheus: { entryPoint: 'metrics' } } },
        overwrite,
        check: { image: place.image, command: ['grep', '-q', 'entryPoint: metrics', '{file}'] },
      });
    place.desired.write('10.yaml', patch([]));
    const operator = place.start();
    await operator.until((status) => {
      const condition = conditionOf(status, 'FilePatch/traefik', 'Degraded');
      expect(condition?.reason).to.equal('OwnerConflict');
      expect(condition?.message).to.include('set.log.level: want INFO, got WARN');
      expect(readFileSync(path, 'utf8')).to.include('format: json');
    });
    const patched = owned.replace('   # quiet\n', '   # quiet\n  format: json\n');
    expect(readFileSync(path, 'utf8')).to.equal(`${patched}metrics:\n  prometheus:\n    entryPoint: metrics\n`);
    expect(statSync(path).mode & 0o777).to.equal(0o640);

    place.desired.write('10.yaml', patch(['log.level']));
    await operator.result('converged');
    expect(readFileSync(path, 'utf8')).to.include('level: INFO   # quiet');

    writeFileSync(path, readFileSync(path, 'utf8').replace('  format: json\n', '').replace('# mine', '# still mine'));
    place.desired.write('20.yaml', place.container('any'));
    await operator.until(() => {
      const text = readFileSync(path, 'utf8');
      expect(text).to.include('format: json').and.to.include('# still mine');
    });
    await operator.result('converged');
    const [original = ''] = readdirSync(join(place.state, 'originals'));
    expect(readFileSync(join(place.state, 'originals', original), 'utf8')).to.equal(owned);
  });

  it('a log is rotated while it is written, and no line is lost, also when the operator dies in between', async () => {
    const logs = join(place.directory, 'logs');
    mkdirSync(logs);
    const path = join(logs, 'access.log');
    // Opens its log anew on a signal, as Traefik does; each line has its number.
    const writer =
      'n=0; exec 3>>/logs/access.log; trap "exec 3>>/logs/access.log" USR1; pad=$(printf %0900d 0); ' +
      'while true; do n=$((n+1)); echo "$n $pad" >&3; [ $((n % 20)) -eq 0 ] && sleep 0.2; done';
    place.desired.write(
      '10.yaml',
      place.container('writer', { command: ['sh', '-c', writer], volumes: [`${logs}:/logs`] }),
      manifest('LogFile', 'access', { path, maxSize: '64k', keep: 90, container: place.name('writer') }),
    );
    const lines = (): number[] =>
      readdirSync(logs)
        .map((name) => ({ name, number: Number(/\.(\d+)$/.exec(name)?.[1] ?? 0) }))
        .sort((a, b) => b.number - a.number)
        .flatMap(({ name }) => readFileSync(join(logs, name), 'utf8').split('\n').slice(0, -1))
        .map((line) => Number(line.split(' ')[0]));
    const size = (): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    /** Starts what was interrupted again, until the container writes to a log of that name. */
    const recover = async (): Promise<void> => {
      const operator = place.start();
      await operator.result('converged');
      await eventually(() => expect(size()).to.be.above(0), { within: 30_000 });
      await operator.kill();
    };
    for (let round = 1; round <= 3; round += 1) {
      await recover();
      await eventually(() => expect(size()).to.be.above(64 * 1024), { within: 30_000 });
      const operator = place.start();
      // As soon as it has another name: the container may not have been told yet.
      await eventually(() => expect(size()).to.be.below(64 * 1024), { within: 30_000, every: 1 });
      await operator.kill();
    }
    await recover();
    const { Id } = await place.inspect('writer');
    await place.engine.stopContainer(Id, 0);
    const seen = lines();
    expect(readdirSync(logs).length).to.be.above(3);
    expect(seen.length).to.be.above(100);
    expect(seen).to.deep.equal(seen.map((_, index) => index + 1));
  });
});
