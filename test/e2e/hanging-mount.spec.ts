import { mkdirSync } from 'node:fs';
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
    mkdirSync(data);
    place.desired.write(
      'a.yaml',
      manifest('Directory', 'data', { path: data, sentinel: true }),
      place.container('db', { volumes: [`${data}:/data`] }),
      place.container('web'),
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
      const again = Date.now();
      await place.engine.removeContainer(place.name('web'), true);
      await eventually(async () => expect(await place.containers()).to.have.property('web'), { within: PATIENCE });
      expect(Date.now() - again).to.be.below(10_000);
      const plan = await place.command('plan');
      expect(plan.stdout + plan.stderr).to.not.contain('StartContainer');
      expect(await place.containers()).to.not.have.property('db');
    } finally {
      await silent.end();
    }
    // Any event makes it look; without one it does so within a minute.
    await place.engine.removeContainer(place.name('web'), true);
    await operator.result('converged');
    expect(Object.keys(await place.containers())).to.deep.equal(['db', 'web']);
    expect((await operator.stop()).code).to.equal(0);
  });
});
