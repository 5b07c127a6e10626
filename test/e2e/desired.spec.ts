import { mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { runCommand } from '../../scripts/support/run-command.ts';
import { manifest, type Manifest } from '../support/desired-directory.ts';
import { conditionOf, type Operator } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { Workplace } from '../support/workplace.ts';

describe('the desired state, changed under a running operator', function () {
  this.timeout(120_000);
  let home: Workplace;
  let place: Workplace;

  before(async function () {
    home = await Workplace.open(this, 'desired');
  });

  after(() => home?.close());

  beforeEach(async () => {
    place = await home.another('desired');
  });

  afterEach(() => place.close());

  const key = (short: string): string => `Container/${place.name(short)}`;

  /** Waits for a condition of a container with a reason. */
  function reason(operator: Operator, short: string, type: string, wanted: string): Promise<void> {
    return operator.until((status) => expect(conditionOf(status, key(short), type)?.reason).to.equal(wanted)).then();
  }

  /** Heals a container before one's eyes, which shows that the loop is alive. */
  async function heals(operator: Operator, short: string): Promise<void> {
    const { Id } = await place.inspect(short);
    await place.engine.removeContainer(Id, false);
    await operator.until(async () => {
      const again = await place.inspect(short);
      expect(again.Id).to.not.equal(Id);
      expect(again.State.Running).to.equal(true);
    });
  }

  it('a broken file freezes what it holds, is told with its place, and nothing else stops', async () => {
    place.desired.write('10-frozen.yaml', place.container('frozen'));
    place.desired.write('20-free.yaml', place.container('free'));
    const operator = place.start();
    await operator.result('converged');
    const before = await place.containers();
    place.desired.writeText('10-frozen.yaml', 'apiVersion: bastion.lab/v1\nkind: Container\n\tmetadata: {\n');
    await operator.until((status) => {
      expect(status.result).to.equal('failing');
      expect(status.findings.map(({ source }) => `${source.file}:${source.line}`)).to.include('10-frozen.yaml:3');
      expect(status.resources.find((resource) => resource.key === key('frozen'))?.frozen).to.equal(true);
    });
    expect(operator.output).to.match(/10-frozen\.yaml:3:\d+/);
    expect(await place.containers()).to.deep.equal(before);
    await heals(operator, 'free');
    await heals(operator, 'frozen');
    place.desired.write('10-frozen.yaml', place.container('frozen'));
    await operator.result('converged');
  });

  it('an empty and a missing directory stop the loop with an error and remove nothing', async () => {
    place.desired.write('10.yaml', place.container('one'), place.container('two'));
    const operator = place.start();
    await operator.result('converged');
    const before = await place.containers();
    renameSync(place.desired.path, join(place.directory, 'away'));
    expect((await operator.result('stopped')).headline).to.include(place.desired.path);
    mkdirSync(place.desired.path);
    await operator.until((status) => expect(status.headline).to.match(/^stopped: .*(empty|no )/i));
    expect(await place.containers()).to.deep.equal(before);
    const applied = await place.command('apply', [], { state: join(place.directory, 'another-state') });
    expect(applied.code).to.equal(1);
    expect(await place.containers()).to.deep.equal(before);
    renameSync(join(place.directory, 'away'), place.desired.path);
    await operator.result('converged');
    expect(await place.containers()).to.deep.equal(before);
  });

  it("somebody else's container with the wanted name is a conflict until the manifest says adopt: true", async () => {
    const foreign = await place.outside.runContainer(place.name('web'), {
      Image: place.image,
      Cmd: ['sleep', '999'],
      StopTimeout: 0,
    });
    place.desired.write('10.yaml', place.container('web'), place.container('other'));
    const operator = place.start();
    await reason(operator, 'web', 'Stalled', 'Conflict');
    await operator.until(async () => expect((await place.inspect('other')).State.Running).to.equal(true));
    expect((await place.inspect('web')).Id).to.equal(foreign);
    place.desired.write('10.yaml', place.container('web', { adopt: true }), place.container('other'));
    await operator.result('converged');
    expect((await place.inspect('web')).Config.Cmd).to.deep.equal(['sleep', '3600']);
    expect(Object.keys(await place.containers())).to.deep.equal(['other', 'web']);
  });

  it('a new spec that never becomes healthy is rolled back: the old container serves again, and it is not retried', async () => {
    place.desired.write('10.yaml', place.container('web', { healthcheck: place.health('true') }));
    const operator = place.start();
    await operator.result('converged');
    const before = await place.containers();
    const bad = { healthcheck: place.health('false'), environment: { BAD: '1' } };
    place.desired.write('10.yaml', place.container('web', bad));
    await reason(operator, 'web', 'Degraded', 'RolledBack');
    expect(await place.containers()).to.deep.equal(before);
    expect((await place.inspect('web')).State.Running).to.equal(true);
    expect(place.history().filter(({ op }) => op === 'RecordRollback')).to.have.length(1);
    // What runs is healed still, and a new start of the operator tries the bad spec no more.
    await place.engine.stopContainer(place.name('web'), 0);
    await operator.until(async () => expect((await place.inspect('web')).State.Running).to.equal(true));
    await operator.stop();
    const again = place.start();
    await reason(again, 'web', 'Degraded', 'RolledBack');
    expect(await place.containers()).to.deep.equal(before);
    expect(place.history().filter(({ op }) => op === 'CreateContainer')).to.have.length(2);
    // Going back to the old wish is no change at all.
    place.desired.write('10.yaml', place.container('web', { healthcheck: place.health('true') }));
    await again.result('converged');
    expect(await place.containers()).to.deep.equal(before);
  });

  it('a rollback tells what the one that failed said last: its log is gone with it', async () => {
    place.desired.write('10.yaml', place.container('web'));
    const operator = place.start();
    await operator.result('converged');
    // One stream: of two, the engine may read either first.
    const command = ['sh', '-c', 'exec 2>&1; echo key is $API_PASSPHRASE_TEXT; exec serve-nothing'];
    const environment = { API_PASSPHRASE_TEXT: 'hunter2' };
    place.desired.write('10.yaml', place.container('web', { command, environment }));
    await reason(operator, 'web', 'Degraded', 'RolledBack');
    const [rollback] = place.history().filter(({ op }) => op === 'RecordRollback');
    expect(rollback?.said).to.match(/^key is \(secret\)\n.*serve-nothing.*not found$/);
    const message = conditionOf(await operator.status(), key('web'), 'Degraded')?.message;
    expect(message).to.contain(`What the new one said last:\n${rollback?.said}`);
  });

  it('a replacement keeps the data of its volume', async () => {
    const volume = manifest('Volume', place.name('data'));
    const web = (script: string, environment: Record<string, string>): Manifest =>
      place.container('web', {
        command: ['sh', '-c', `${script}; exec sleep 3600`],
        environment,
        volumes: [`${place.name('data')}:/data`],
        healthcheck: place.health('cat /data/kept'),
      });
    place.desired.write('10.yaml', volume, web('echo precious > /data/kept', {}));
    const operator = place.start();
    await operator.result('converged');
    const { Id } = await place.inspect('web');
    place.desired.write('10.yaml', volume, web('true', { NEW: '1' }));
    await operator.until(async (status) => {
      expect((await place.inspect('web')).Id).to.not.equal(Id);
      expect(status.result).to.equal('converged');
    });
    const { Health } = (await place.inspect('web')).State;
    expect(Health?.Log?.at(-1)?.Output).to.include('precious');
  });

  it('an image that cannot be had leaves its container Degraded(ImageUnavailable), and the rest converges', async () => {
    const image = 'registry.invalid/nothing/here:1.0';
    place.desired.write('10.yaml', place.container('lacking', { image }), place.container('fine'));
    const operator = place.start();
    const status = await operator.until((found) => {
      const all = found.resources.flatMap(({ key: each }) => conditionOf(found, each, 'Degraded')?.reason ?? []);
      expect(all).to.include('ImageUnavailable');
      expect(found.result).to.equal('failing');
      return found;
    });
    expect(status.headline).to.include('ImageUnavailable');
    expect(Object.keys(await place.containers())).to.deep.equal(['fine']);
    await heals(operator, 'fine');
  });

  it('a second operator on the same state directory refuses, naming the process of the first', async () => {
    place.desired.write('10.yaml', place.container('web'));
    const operator = place.start();
    await operator.result('converged');
    for (const command of ['run', 'apply']) {
      const second = await place.command(command);
      expect(second.code, command).to.equal(1);
      expect(second.stderr).to.include(`pid ${operator.pid}`).and.to.include(place.state);
    }
    expect(operator.isRunning).to.equal(true);
    await operator.kill();
    await place.start().result('converged');
  });

  it('a file goes live only when its check accepts it, and counts only when its consumer shows it', async () => {
    const directory = join(place.directory, 'www');
    const page = join(directory, 'index.html');
    const file = (content: string, contains = content): Manifest =>
      manifest('File', 'page', {
        path: page,
        content,
        mode: '0644',
        check: { image: place.image, command: ['grep', '-q', 'good', '{file}'] },
        onChange: [
          {
            container: place.name('httpd'),
            signal: 'SIGHUP',
            loaded: { port: 80, path: '/index.html', contains, within: '2s' },
          },
        ],
      });
    const want = (content: string, contains?: string): void =>
      place.desired.write(
        '10.yaml',
        manifest('Directory', 'www', { path: directory, mode: '0755' }),
        file(content, contains),
        place.container('httpd', {
          command: ['httpd', '-f', '-h', '/www'],
          volumes: [`${directory}:/www:ro`],
          dependsOn: ['File/page'],
        }),
      );
    want('good one');
    const operator = place.start();
    await operator.result('converged');
    expect(readFileSync(page, 'utf8')).to.equal('good one');
    const before = await place.containers();

    want('bad two');
    await operator.until((status) => {
      const condition = conditionOf(status, 'File/page', 'Degraded');
      expect(condition?.reason).to.equal('ConfigRejected');
    });
    expect(readFileSync(page, 'utf8')).to.equal('good one');

    want('good three');
    await operator.result('converged');
    expect(readFileSync(page, 'utf8')).to.equal('good three');
    const notices = place.history().filter(({ target, result }) => target === 'File/page' && result === 'done');
    expect(notices.map(({ op }) => op)).to.include.members([
      'CheckFile',
      'WriteFile',
      'SignalContainer',
      'VerifyLoaded',
    ]);

    want('good four', 'what is never shown');
    await operator.until((status) =>
      expect(conditionOf(status, 'File/page', 'Degraded')?.reason).to.equal('ConfigRolledBack'),
    );
    expect(readFileSync(page, 'utf8')).to.equal('good three');
    expect(await place.containers()).to.deep.equal(before);
    const checks = (await place.engine.listContainers()).filter(({ Labels }) => 'lab.bastion.check' in Labels);
    const ours = await Promise.all(checks.map(({ Id }) => place.engine.inspectContainer(Id)));
    const isOurs = ({ Source }: { Source: string }): boolean => Source.startsWith(place.directory);
    expect(
      ours.filter((each) => each?.Mounts.some(isOurs)),
      'no check is left behind',
    ).to.deep.equal([]);
  });

  it('a full disk under the state directory stops no healing', async function () {
    mkdirSync(place.state);
    const mounted = await runCommand(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', place.state]);
    if (mounted.code !== 0) skipBecause(this, 'no tmpfs can be mounted here');
    try {
      place.desired.write('10.yaml', place.container('web'));
      const operator = place.start();
      await operator.result('converged');
      await runCommand(['dd', 'if=/dev/zero', `of=${join(place.state, 'ballast')}`, 'bs=1024']);
      await heals(operator, 'web');
      await heals(operator, 'web');
      await operator.result('converged');
      expect(operator.output).to.match(/ENOSPC|no space left/i);
      await operator.kill();
    } finally {
      await runCommand(['umount', place.state]);
    }
  });
});
