import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { manifest } from '../support/desired-directory.ts';
import { eventually } from '../support/eventually.ts';
import { HangingFileSystem } from '../support/hanging-file-system.ts';
import { conditionOf, PATIENCE } from '../support/operator.ts';
import { skipBecause } from '../support/skip.ts';
import { Workplace } from '../support/workplace.ts';

describe('a file system that does not answer', function () {
  this.timeout(90_000);
  let place: Workplace;
  before(async function () {
    place = await Workplace.open(this, 'hanging');
  });
  after(() => place?.close());

  it('holds up what needs it and nothing else, is told of, and is taken up again when it answers', async function () {
    const data = join(place.directory, 'nas');
    mkdirSync(join(data, 'within'), { recursive: true });
    const secret = join(place.directory, 'secret');
    writeFileSync(secret, 'x', { mode: 0o600 });
    place.desired.write(
      'a.yaml',
      manifest('Directory', 'data', { path: data, sentinel: true }),
      place.container('db', { volumes: [`${data}:/data:ro`] }),
      place.container('web'),
      // What is kept secret must not be in a mount, for which reading asks where each mount leads.
      manifest('Secret', 'kept', { path: secret, mode: '0600' }),
    );
    const operator = place.start();
    await operator.result('converged');

    const silent = await HangingFileSystem.mount(data);
    if (typeof silent === 'string') return skipBecause(this, silent);
    try {
      // Both are gone, and only one of them can come back.
      for (const name of ['db', 'web']) await place.engine.removeContainer(place.name(name), true);
      await operator.until((status) => {
        for (const key of ['Directory/data', `Container/${place.name('db')}`]) {
          const condition = conditionOf(status, key, 'Degraded');
          expect(condition?.reason).to.equal('NotAnswering');
          expect(condition?.message).to.contain(`the file system at ${data} (fuse) does not answer`);
        }
      });
      await eventually(async () => expect(await place.containers()).to.have.property('web'), { within: PATIENCE });
      // What heals goes on while it hangs, as fast as ever, and other commands come to their end.
      await place.engine.removeContainer(place.name('web'), true);
      await eventually(async () => expect(await place.containers()).to.have.property('web'), { within: PATIENCE });
      const plan = await place.command('plan');
      expect(plan.stdout + plan.stderr).to.not.contain('StartContainer');
      // And so does what is wanted anew, also beside what would be below the mount.
      place.desired.write(
        'b.yaml',
        place.container('late'),
        place.container('there', { volumes: [`${data}/within:/data`] }),
      );
      await eventually(async () => expect(await place.containers()).to.have.property('late'), { within: PATIENCE });
      expect(await place.containers()).to.not.have.property('db');
      const valid = await place.command('validate');
      expect(valid.code, valid.stdout + valid.stderr).to.equal(0);
    } finally {
      await silent.end();
    }
    // It reads the desired state again within a minute, and does nothing there before, as nobody knew where paths lead.
    await operator.look();
    await operator.result('converged');
    expect(Object.keys(await place.containers())).to.deep.equal(['db', 'late', 'there', 'web']);
    expect((await operator.stop()).code).to.equal(0);
  });

  it('that is unmounted and goes on only in a container is told of as such, and holds nobody up', async function () {
    const data = join(place.directory, 'disk');
    const mounting = place.container('writer', { volumes: [`${data}:/data`] });
    place.desired.write('c.yaml', manifest('Directory', 'disk', { path: data, sentinel: true }), mounting);
    const operator = place.start();
    await operator.result('converged');
    const silent = await HangingFileSystem.mount('/data', (await place.inspect('writer')).State.Pid);
    if (typeof silent === 'string') return skipBecause(this, silent);
    try {
      await operator.look();
      await operator.until((status) =>
        expect(conditionOf(status, `Container/${place.name('writer')}`, 'Degraded')?.reason).to.equal('StrayMount'),
      );
    } finally {
      await silent.end();
    }
    await place.engine.removeContainer(place.name('writer'), true);
    await operator.result('converged');
    expect((await operator.stop()).code).to.equal(0);
  });
});
