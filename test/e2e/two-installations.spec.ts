import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { concernPath } from '../../src/runtime/memory-file.ts';
import { DesiredDirectory, manifest } from '../support/desired-directory.ts';
import { Workplace } from '../support/workplace.ts';

describe('two installations with one name on one engine', function () {
  this.timeout(120_000);
  let place: Workplace;
  let theirs: { state: string; flags: string[] };

  before(async function () {
    place = await Workplace.open(this, 'two');
    place.desired.write(
      '10.yaml',
      place.container('web'),
      place.container('extra'),
      manifest('Network', place.name('net')),
    );
    const other = new DesiredDirectory(join(place.directory, 'other'));
    other.write('00.yaml', place.bastion(), place.container('mine'));
    theirs = { state: join(place.directory, 'other-state'), flags: ['--desired-state', other.path] };
    const applied = await place.command('apply');
    expect(applied.code, applied.stdout + applied.stderr).to.equal(0);
  });
  after(() => place?.close());

  const networks = async (): Promise<string[]> =>
    (await place.engine.listNetworks()).map(({ Name }) => Name).filter((name) => name.startsWith(place.instance));

  it('a second one with an empty state directory removes nothing of the first, and says why and what to do', async () => {
    const before = await place.containers();
    const plan = await place.command('plan', [], theirs);
    expect(plan.stdout).to.include('2 to do now, 5 waiting').and.to.include('Another installation made it');
    const applied = await place.command('apply', [], theirs);
    expect(applied.code, applied.stdout + applied.stderr).to.equal(3);
    expect(applied.stdout).to.match(/touch \S+prune-[0-9a-f]{12}\.ok/);
    const { mine, ...rest } = await place.containers();
    expect(mine).to.be.a('string');
    expect(rest).to.deep.equal(before);
    expect((await place.inspect('web')).State.Running).to.equal(true);
    expect(await networks()).to.deep.equal([place.name('net')]);
  });

  it('nor does the first one remove what the second made', async () => {
    const applied = await place.command('apply');
    expect(applied.code, applied.stdout + applied.stderr).to.equal(3);
    expect(Object.keys(await place.containers())).to.deep.equal(['extra', 'mine', 'web']);
  });

  it('goes on with what it had made itself without asking, also in a state directory of an earlier version', async () => {
    rmSync(concernPath(place.state, 'wanted'));
    place.desired.write('10.yaml', place.container('web'));
    const plan = await place.command('plan');
    expect(plan.code, plan.stdout).to.equal(2);
    expect((await place.command('apply')).code).to.equal(0);
    // All that was there was taken over once, as the earlier version would have.
    expect(Object.keys(await place.containers())).to.deep.equal(['web']);
    expect(await networks()).to.deep.equal([]);
  });

  it('with a lost state directory adopts what it wants, and asks before it removes the rest', async () => {
    place.desired.write('20.yaml', place.container('late'));
    expect((await place.command('apply')).code).to.equal(0);
    const before = await place.containers();
    rmSync(place.state, { recursive: true });
    place.desired.remove('20.yaml');
    const applied = await place.command('apply');
    expect(applied.code, applied.stdout + applied.stderr).to.equal(3);
    expect(await place.containers()).to.deep.equal(before);
    const consent = /prune-[0-9a-f]{12}\.ok/.exec(applied.stdout)?.[0] ?? '';
    place.touch(consent);
    expect((await place.command('apply')).code).to.equal(0);
    expect(Object.keys(await place.containers())).to.deep.equal(['web']);
    // What it adopted is its own again.
    place.desired.write('10.yaml', place.container('other'));
    expect((await place.command('apply')).code).to.equal(0);
    expect(Object.keys(await place.containers())).to.deep.equal(['other']);
  });
});
