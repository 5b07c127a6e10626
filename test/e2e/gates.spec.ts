import { linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { conditionOf } from '../support/operator.ts';
import { Workplace } from '../support/workplace.ts';

describe('gates, consents and holds', function () {
  this.timeout(120_000);
  let home: Workplace;
  let place: Workplace;

  before(async function () {
    home = await Workplace.open(this, 'gates');
  });

  after(() => home?.close());

  beforeEach(async () => {
    place = await home.another('gates');
  });

  afterEach(() => place.close());

  /** A container before a gate, the gate, and one behind it. */
  function wantGate(): void {
    place.desired.write(
      '10-stack.yaml',
      place.container('early'),
      manifest('Gate', 'seen', { checklist: ['you saw it'], dependsOn: [`Container/${place.name('early')}`] }),
      place.container('late', { dependsOn: ['Gate/seen'] }),
    );
  }

  it('it halts at a closed gate, saying the exact command, which opens it at once; rm closes it and removes nothing', async () => {
    wantGate();
    const operator = place.start();
    const halted = await operator.result('waiting');
    const command = `touch ${place.gates}/seen.ok`;
    expect(halted.gates[0]).to.include({ key: 'Gate/seen', open: false, awaitingHuman: true, touch: command });
    expect(halted.headline).to.include('halted at gate seen');
    expect(operator.output).to.include('you saw it').and.to.include(command);
    for (const shown of ['status', 'gates']) expect((await place.command(shown)).stdout).to.include(command);
    expect(Object.keys(await place.containers())).to.deep.equal(['early']);

    place.touch('seen.ok');
    // Seen by an event, not by a poll of minutes.
    await operator.until((status) => expect(status.gates[0]?.open).to.equal(true), 3000);
    await operator.result('converged');
    const both = await place.containers();
    expect(Object.keys(both)).to.deep.equal(['early', 'late']);

    rmSync(join(place.gates, 'seen.ok'));
    await operator.until((status) => expect(status.gates[0]?.open).to.equal(false), 3000);
    expect(await place.containers()).to.deep.equal(both);
    // Nothing behind it goes on, be it a change or a heal; what is before it is still healed.
    await place.engine.removeContainer(place.name('late'), false);
    await place.engine.removeContainer(place.name('early'), false);
    await operator.until(async (status) => {
      expect((await place.inspect('early')).State.Running).to.equal(true);
      expect(status.result).to.equal('waiting');
      expect(conditionOf(status, `Container/${place.name('late')}`, 'Blocked')?.reason).to.equal('BehindGate');
    });
    expect(Object.keys(await place.containers())).to.deep.equal(['early']);
    place.touch('seen.ok');
    await operator.result('converged');
    expect(Object.keys(await place.containers())).to.deep.equal(['early', 'late']);
  });

  const counterfeits: Record<string, (path: string) => void> = {
    'a symlink': (path) => {
      writeFileSync(join(place.directory, 'elsewhere'), '');
      symlinkSync(join(place.directory, 'elsewhere'), path);
    },
    'a directory': (path) => mkdirSync(path),
    'a hard link to a file that the desired state carries': (path) => {
      place.desired.writeText('seen.ok', '');
      linkSync(join(place.desired.path, 'seen.ok'), path);
    },
  };
  it('a symlink, a directory and a file that the desired state carries open no gate', async () => {
    wantGate();
    const operator = place.start();
    await operator.result('waiting');
    for (const [what, make] of Object.entries(counterfeits)) {
      make(join(place.gates, 'seen.ok'));
      await operator.until(({ gates }) => expect(gates[0]?.refused, what).to.be.a('string'));
      const status = await operator.result('waiting');
      expect(status.gates[0]).to.include({ open: false });
      rmSync(join(place.gates, 'seen.ok'), { recursive: true });
      await operator.until(({ gates }) => expect(gates[0]).to.not.have.property('refused'));
    }
    await operator.stop();
    // The gates directory itself in the repository.
    renameSync(place.gates, join(place.desired.path, 'gates'));
    symlinkSync(join(place.desired.path, 'gates'), place.gates);
    place.touch('seen.ok');
    expect((await place.command('apply')).code).to.equal(3);
    const inside = ['--gates', join(place.desired.path, 'gates')];
    expect((await place.command('apply', [], { flags: inside })).code).to.equal(3);
    expect(Object.keys(await place.containers())).to.deep.equal(['early']);
  });

  it('removing four containers and a volume waits for consent to exactly that', async () => {
    const short = ['a', 'b', 'c', 'd'];
    const volume = manifest('Volume', place.name('data'));
    place.desired.write('10-many.yaml', volume, ...short.map((name) => place.container(name)));
    place.desired.write('20-kept.yaml', place.container('kept'));
    const operator = place.start();
    await operator.result('converged');
    place.desired.remove('10-many.yaml');
    const waiting = await operator.until((status) => {
      expect(status.result).to.equal('waiting');
      expect(status.consents).to.have.length(2);
      return status;
    });
    expect(Object.keys(await place.containers())).to.deep.equal([...short, 'kept']);
    const plan = await place.command('plan');
    expect(plan.code, plan.stdout).to.equal(3);

    const [forContainers, forVolume] = ['container', 'volume'].map((word) =>
      waiting.consents.find(({ removes }) => removes.every((line) => line.startsWith(word))),
    );
    expect(forContainers?.removes).to.have.length(4);
    expect(forVolume?.removes).to.have.length(1);
    expect(operator.output).to.include(forContainers?.touch).and.to.include(forVolume?.touch);
    const fileOf = (touch = ''): string => touch.slice(touch.lastIndexOf('/') + 1);
    // A consent under a made-up digest allows nothing.
    place.touch('prune-000000000000.ok');
    place.touch(fileOf(forContainers?.touch));
    await operator.until(async () => expect(Object.keys(await place.containers())).to.deep.equal(['kept']));
    const volumes = async (): Promise<boolean> =>
      (await place.engine.listVolumes()).some(({ Name }) => Name === place.name('data'));
    await operator.result('waiting');
    expect(await volumes(), 'the volume is still there').to.equal(true);
    place.touch(fileOf(forVolume?.touch));
    await operator.result('converged');
    expect(await volumes()).to.equal(false);
  });

  it('three removals need no consent', async () => {
    place.desired.write('10-some.yaml', place.container('a'), place.container('b'), place.container('c'));
    place.desired.write('20-kept.yaml', place.container('kept'));
    const operator = place.start();
    await operator.result('converged');
    place.desired.remove('10-some.yaml');
    await operator.until(async ({ result }) => {
      expect(Object.keys(await place.containers())).to.deep.equal(['kept']);
      expect(result).to.equal('converged');
    });
  });

  it('a hold file stops the healing of one container, loudly, and only of that one', async () => {
    place.desired.write('10.yaml', place.container('held'), place.container('free'));
    const operator = place.start();
    await operator.result('converged');
    const key = `Container/${place.name('held')}`;
    const hold = join(place.hold, `Container.${place.name('held')}`);
    writeFileSync(hold, '');
    await operator.until((status) => expect(conditionOf(status, key, 'Blocked')?.reason).to.equal('Held'));
    for (const short of ['held', 'free']) await place.engine.stopContainer(place.name(short), 0);
    const held = await operator.until(async (status) => {
      expect((await place.inspect('free')).State.Running).to.equal(true);
      expect(status.result).to.equal('waiting');
      return status;
    });
    expect((await place.inspect('held')).State.Running).to.equal(false);
    expect(held.headline).to.include('held').and.to.include(key);
    expect(conditionOf(held, key, 'Blocked')?.message).to.include(`rm ${hold}`);
    rmSync(hold);
    await operator.result('converged');
    expect((await place.inspect('held')).State.Running).to.equal(true);
  });
});
